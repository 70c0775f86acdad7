#include "tools/streamed_problem.hpp"

#include <algorithm>
#include <utility>

#include <croquis/errors.hpp>

#include "tools/dense_copy.hpp"
#include "tools/intercept.hpp"
#include "tools/stopwatch.hpp"

namespace croquis::tools {
namespace {

std::int64_t bytes_of(const Matrix<double>& a) { return 8 * a.rows() * a.cols(); }
std::int64_t bytes_of(const SparseMatrix<double>& a) { return 16 * a.nonzeros() + 8 * a.rows(); }

RowBlockReader open(const SolveOptions& options) {
  check_right_hand_side(options);
  return RowBlockReader(options.a, {.format = file_format(options),
                                    .target = options.target,
                                    .block_rows = options.block_rows,
                                    .cols = options.cols});
}

}  // namespace

StreamedProblem::StreamedProblem(const SolveOptions& options)
    : name_(options.a.string()), a_(open(options)), intercept_(options.intercept), from_file_(options.b.has_value()) {
  const Stopwatch clock;
  if (from_file_) {
    b_name_ = options.b->string();
    b_ = dense_copy(read_matrix(*options.b));
    if (b_.cols() == 0) throw FileError(b_name_ + ": has no column");
  } else if (!a_.has_target()) {
    fail_without_right_hand_side();
  }
  read_seconds_ = clock.seconds();
}

void StreamedProblem::for_each_block(const RowBlockVisitor<double>& visit) {
  const Stopwatch clock;
  if (stream_.readings > 0) a_.restart();
  read_seconds_ += clock.seconds();
  ++stream_.readings;
  stream_.blocks = rows_ = stored_entries_ = 0;
  while (next()) {
    const AnyMatrixView<double> a = a_.a();
    ++stream_.blocks;
    rows_ += a.rows();
    stream_.rows_read += a.rows();
    if (from_file_ && rows_ > b_.rows()) fail_rows_of_b("more");
    const MatrixView<const double> b = from_file_
                                           ? std::as_const(b_).view().block(a_.first_row(), 0, a.rows(), b_.cols())
                                           : column_major(a_.target().data(), a.rows(), 1);
    if (intercept_) {
      const auto appended = [&](const auto& view) {
        const auto with = with_ones(view);
        see(with, bytes_of(with));
        visit(with, b);
      };
      if (a.is_dense()) {
        appended(std::get<MatrixView<const double>>(a.storage()));
      } else {
        appended(std::get<CsrView<double, std::int64_t>>(a.storage()));
      }
    } else {
      see(a, 0);
      visit(a, b);
    }
  }
  if (from_file_ && rows_ < b_.rows()) fail_rows_of_b(std::to_string(rows_));
}

bool StreamedProblem::next() {
  const Stopwatch clock;
  const bool more = a_.next();
  read_seconds_ += clock.seconds();
  return more;
}

void StreamedProblem::see(const AnyMatrixView<double>& block, std::int64_t copied_bytes) {
  stored_entries_ += block.stored_entries();
  stream_.peak_block_bytes = std::max(stream_.peak_block_bytes, a_.block_bytes() + copied_bytes);
}

void StreamedProblem::fail_rows_of_b(const std::string& rows_of_a) const {
  throw FileError(b_name_ + ": has " + std::to_string(b_.rows()) + " rows, but " + name_ + " has " + rows_of_a +
                  ": each row of A needs one row of B");
}

ProblemSummary StreamedProblem::summary(bool replayed) const {
  ProblemSummary summary{.rows = rows_,
                         .cols = cols(),
                         .vectors = vectors(),
                         .dense = !a_.sparse(),
                         .stored_entries = stored_entries_,
                         .column_names = a_.column_names(),
                         .read_seconds = read_seconds_,
                         .stream = stream_};
  summary.stream->replayed = replayed;
  if (intercept_ && !summary.column_names.empty()) summary.column_names.push_back(intercept_name);
  return summary;
}

}  // namespace croquis::tools
