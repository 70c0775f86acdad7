#include "tools/problem.hpp"

#include <utility>

#include <croquis/errors.hpp>

#include "tools/dense_copy.hpp"
#include "tools/stopwatch.hpp"

namespace croquis::tools {
namespace {

std::string shape_text(std::int64_t rows, std::int64_t cols) {
  return std::to_string(rows) + " x " + std::to_string(cols);
}

FileFormat file_format(const std::string& name) {
  for (const FileFormat format :
       {FileFormat::matrix_market, FileFormat::npy, FileFormat::csv, FileFormat::tsv, FileFormat::svmlight})
    if (to_string(format) == name) return format;
  return FileFormat::automatic;
}

Matrix<double> with_ones(const Matrix<double>& a) {
  Matrix<double> result = Matrix<double>::uninitialized(a.rows(), a.cols() + 1, a.layout());
  for (std::int64_t i = 0; i < a.rows(); ++i) result(i, a.cols()) = 1;
  copy_dense(a.view(), result.view().block(0, 0, a.rows(), a.cols()));
  return result;
}

SparseMatrix<double> with_ones(const SparseMatrix<double>& a) {
  const CsrView<double, std::int64_t> view = a.view();
  std::vector<std::int64_t> start{0};
  std::vector<std::int64_t> column;
  std::vector<double> value;
  const auto entries = static_cast<std::size_t>(view.nonzeros() + view.rows);
  column.reserve(entries);
  value.reserve(entries);
  for (std::int64_t i = 0; i < view.rows; ++i) {
    column.insert(column.end(), view.column + view.row_start[i], view.column + view.row_start[i + 1]);
    value.insert(value.end(), view.value + view.row_start[i], view.value + view.row_start[i + 1]);
    column.push_back(view.cols);
    value.push_back(1);
    start.push_back(static_cast<std::int64_t>(column.size()));
  }
  return SparseMatrix<double>(view.rows, view.cols + 1, std::move(start), std::move(column), std::move(value));
}

void append_intercept(MatrixFile& a) {
  a.matrix = std::visit([](const auto& matrix) -> decltype(a.matrix) { return with_ones(matrix); }, a.matrix);
  if (!a.column_names.empty()) a.column_names.push_back("(intercept)");
}

void check_tall(const InputOptions& options, const MatrixFile& a) {
  const std::int64_t cols = a.cols() + (options.intercept ? 1 : 0);
  if (a.rows() < cols)
    throw ShapeError(options.a.string() + ": A is " + shape_text(a.rows(), cols) +
                     (options.intercept ? " with the intercept" : "") + (options.target ? " without the target" : "") +
                     ": a least-squares problem needs at least as many rows as columns");
}

Matrix<double> read_right_hand_sides(const std::filesystem::path& path, const Problem& problem,
                                     const std::filesystem::path& a) {
  MatrixFile file = read_matrix(path);
  if (file.rows() != problem.a.rows())
    throw FileError(path.string() + ": is " + shape_text(file.rows(), file.cols()) + ", but " + a.string() + " is " +
                    shape_text(problem.a.rows(), problem.a.cols()) + ": each row of A needs one row of B");
  if (file.cols() == 0) throw FileError(path.string() + ": has no column");
  return dense_copy(file);
}

}  // namespace

std::string Problem::coefficient(std::int64_t j) const {
  return a.column_names.empty() ? std::string() : a.column_names[static_cast<std::size_t>(j)];
}

MatrixFile read_a(const InputOptions& options) {
  return read_matrix(options.a, {.format = file_format(options.format), .target = options.target});
}

Problem read_problem(const InputOptions& options, RightHandSide right_hand_side) {
  if (options.b && options.target)
    throw InvalidOption("both B and --target are given, but only one of them can be the right-hand side");
  const Stopwatch clock;
  Problem problem;
  problem.a = read_a(options);
  check_tall(options, problem.a);
  if (options.b) {
    problem.b = read_right_hand_sides(*options.b, problem, options.a);
  } else if (!problem.a.target.empty()) {
    problem.b = Matrix<double>(column_major<const double>(problem.a.target.data(), problem.a.rows(), 1));
  } else if (right_hand_side == RightHandSide::required) {
    throw InvalidOption("no right-hand side: give a file B, or the column of A that is to be fitted with --target");
  }
  if (options.intercept) append_intercept(problem.a);
  problem.read_seconds = clock.seconds();
  return problem;
}

}  // namespace croquis::tools
