#include "solvers/newton/weighted_rows.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <croquis/sketch/apply.hpp>

#include "linalg/copy.hpp"
#include "linalg/gram.hpp"
#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"
#include "linalg/scale_rows.hpp"

namespace croquis {
namespace {

constexpr std::int64_t buffer_bytes = std::int64_t{16} << 20;
constexpr std::int64_t partial_bytes = std::int64_t{64} << 20;
constexpr std::int64_t most_chunks = 16;
constexpr std::int64_t nonzeros = 4;

// Blocks of rows of diag(s) [A 1], A dense, each in one buffer until the next.
class DenseBlocks {
 public:
  DenseBlocks(MatrixView<const double> a, const std::vector<double>& s, bool ones)
      : a_(a),
        s_(s),
        cols_(a.cols + (ones ? 1 : 0)),
        rows_(std::clamp<std::int64_t>(buffer_bytes / (8 * std::max<std::int64_t>(1, cols_)) / 256 * 256, 256,
                                       std::max<std::int64_t>(256, a.rows))),
        buffer_(Matrix<double>::uninitialized(std::min(rows_, a.rows), cols_, a.layout)) {}

  std::int64_t rows() const { return buffer_.rows(); }
  std::int64_t cols() const { return cols_; }
  std::int64_t count() const { return (a_.rows + rows_ - 1) / rows_; }
  std::int64_t first(std::int64_t block) const { return block * rows_; }

  MatrixView<const double> block(std::int64_t number) {
    const std::int64_t start = first(number);
    const std::int64_t length = std::min(rows_, a_.rows - start);
    const auto to = buffer_.view().block(0, 0, length, cols_);
    scale_rows<double>(s_.data() + start, a_.block(start, 0, length, a_.cols), to.block(0, 0, length, a_.cols));
    if (cols_ > a_.cols)
      for (std::int64_t i = 0; i < length; ++i) to(i, a_.cols) = s_[static_cast<std::size_t>(start + i)];
    return to;
  }

 private:
  MatrixView<const double> a_;
  const std::vector<double>& s_;
  std::int64_t cols_;
  std::int64_t rows_;
  Matrix<double> buffer_;
};

Partition chunks_of(std::int64_t rows, std::int64_t sum_entries) {
  const std::int64_t fitting = partial_bytes / (8 * std::max<std::int64_t>(1, sum_entries));
  return Partition(rows, std::clamp<std::int64_t>(fitting, 1, most_chunks), 256);
}

// The sum over chunks of rows of what `body(first, end, sum)` adds to `entries` zeros, in their order.
template <class Body>
void sum_over_chunks(std::int64_t rows, std::int64_t entries, double* total, const Body& body) {
  const Partition chunks = chunks_of(rows, entries);
  Workspace<double> sums(chunks.count * entries);
  for_each_tile(chunks.count, [&](std::int64_t chunk) {
    double* const sum = sums.data() + chunk * entries;
    std::fill_n(sum, entries, 0.0);
    body(chunks.begin(chunk), chunks.end(chunk), sum);
  });
  std::fill_n(total, entries, 0.0);
  for (std::int64_t chunk = 0; chunk < chunks.count; ++chunk)
    for (std::int64_t k = 0; k < entries; ++k) total[k] += sums[chunk * entries + k];
}

// Row by row: each pair of a row's entries, so that entries that repeat a place count as their sum.
template <class Index>
Matrix<double> sparse_gram_of(const CsrView<double, Index>& a, const std::vector<double>& s, bool ones) {
  const std::int64_t n = a.cols + (ones ? 1 : 0);
  Matrix<double> g(n, n);
  sum_over_chunks(a.rows, n * n, g.data(), [&](std::int64_t first, std::int64_t end, double* sum) {
    for (std::int64_t i = first; i < end; ++i) {
      const double weight = s[static_cast<std::size_t>(i)] * s[static_cast<std::size_t>(i)];
      for (Index k = a.row_start[i]; k < a.row_start[i + 1]; ++k) {
        const auto j = static_cast<std::int64_t>(a.column[k]);
        const double factor = weight * a.value[k];
        for (Index l = a.row_start[i]; l < a.row_start[i + 1]; ++l) {
          const auto row = static_cast<std::int64_t>(a.column[l]);
          if (row <= j) sum[row + j * n] += factor * a.value[l];
        }
        if (ones) sum[j + a.cols * n] += factor;
      }
      if (ones) sum[a.cols + a.cols * n] += weight;
    }
  });
  return g;
}

template <class Index>
void add_squares(const CsrView<double, Index>& a, const std::vector<double>& s, std::int64_t first, std::int64_t end,
                 double* sum) {
  for (std::int64_t i = first; i < end; ++i)
    for (Index k = a.row_start[i]; k < a.row_start[i + 1]; ++k) {
      const double entry = s[static_cast<std::size_t>(i)] * a.value[k];
      sum[a.column[k]] += entry * entry;
    }
}

void add_squares(const MatrixView<const double>& a, const std::vector<double>& s, std::int64_t first, std::int64_t end,
                 double* sum) {
  const auto add = [&](std::int64_t i, std::int64_t j) {
    const double entry = s[static_cast<std::size_t>(i)] * a(i, j);
    sum[j] += entry * entry;
  };
  if (a.layout == Layout::row_major) {
    for (std::int64_t i = first; i < end; ++i)
      for (std::int64_t j = 0; j < a.cols; ++j) add(i, j);
  } else {
    for (std::int64_t j = 0; j < a.cols; ++j)
      for (std::int64_t i = first; i < end; ++i) add(i, j);
  }
}

}  // namespace

Matrix<double> weighted_gram(const AnyMatrixView<double>& a, const std::vector<double>& s, bool ones) {
  return std::visit(
      [&](const auto& view) -> Matrix<double> {
        if constexpr (requires { view.layout; }) {
          DenseBlocks blocks(view, s, ones);
          return gram_and_product<double>(blocks.rows(), blocks.cols(), 0, blocks.count(),
                                          [&](std::int64_t number) {
                                            const auto rows = blocks.block(number);
                                            return RowBlock<double>{rows, rows.block(0, 0, rows.rows, 0)};
                                          })
              .gram;
        } else if constexpr (requires { view.row_start; }) {
          return sparse_gram_of(view, s, ones);
        } else {
          assert(false && "by columns");
          return {};
        }
      },
      a.storage());
}

void weighted_sketch(const AnyMatrixView<double>& a, const std::vector<double>& s, bool ones, std::uint64_t seed,
                     MatrixView<double> out) {
  const SparseSign sketch{.rows = out.rows, .cols = a.rows(), .nonzeros = std::min(nonzeros, out.rows), .seed = seed};
  if (const auto* const dense = std::get_if<MatrixView<const double>>(&a.storage())) {
    DenseBlocks blocks(*dense, s, ones);
    set_zero<double>(out);
    for (std::int64_t number = 0; number < blocks.count(); ++number)
      accumulate(sketch, blocks.first(number), blocks.block(number), out);
    return;
  }
  const RowScaledCopy<double> scaled(a, s);
  apply(sketch, scaled.view(), out.block(0, 0, out.rows, a.cols()));
  if (ones) apply(sketch, column_major(s.data(), a.rows(), 1), out.block(0, a.cols(), out.rows, 1));
}

std::vector<double> weighted_column_squares(const AnyMatrixView<double>& a, const std::vector<double>& s, bool ones) {
  std::vector<double> squares(static_cast<std::size_t>(a.cols() + (ones ? 1 : 0)));
  sum_over_chunks(a.rows(), static_cast<std::int64_t>(squares.size()), squares.data(),
                  [&](std::int64_t first, std::int64_t end, double* sum) {
                    std::visit(
                        [&](const auto& view) {
                          if constexpr (requires { add_squares(view, s, first, end, sum); })
                            add_squares(view, s, first, end, sum);
                        },
                        a.storage());
                    if (ones)
                      for (std::int64_t i = first; i < end; ++i)
                        sum[a.cols()] += s[static_cast<std::size_t>(i)] * s[static_cast<std::size_t>(i)];
                  });
  return squares;
}

}  // namespace croquis
