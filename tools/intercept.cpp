#include "tools/intercept.hpp"

#include <utility>

#include "tools/dense_copy.hpp"

namespace croquis::tools {

Matrix<double> with_ones(MatrixView<const double> a) {
  Matrix<double> result = Matrix<double>::uninitialized(a.rows, a.cols + 1, a.layout);
  for (std::int64_t i = 0; i < a.rows; ++i) result(i, a.cols) = 1;
  copy_dense(a, result.view().block(0, 0, a.rows, a.cols));
  return result;
}

SparseMatrix<double> with_ones(const CsrView<double, std::int64_t>& a) {
  std::vector<std::int64_t> start{0};
  std::vector<std::int64_t> column;
  std::vector<double> value;
  const auto entries = static_cast<std::size_t>(a.nonzeros() + a.rows);
  column.reserve(entries);
  value.reserve(entries);
  for (std::int64_t i = 0; i < a.rows; ++i) {
    column.insert(column.end(), a.column + a.row_start[i], a.column + a.row_start[i + 1]);
    value.insert(value.end(), a.value + a.row_start[i], a.value + a.row_start[i + 1]);
    column.push_back(a.cols);
    value.push_back(1);
    start.push_back(static_cast<std::int64_t>(column.size()));
  }
  return SparseMatrix<double>(a.rows, a.cols + 1, std::move(start), std::move(column), std::move(value));
}

}  // namespace croquis::tools
