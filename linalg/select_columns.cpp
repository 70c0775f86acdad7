#include "linalg/select_columns.hpp"

#include "linalg/copy.hpp"

namespace croquis {

Matrix<double> select_dense_columns(MatrixView<const double> a, const std::vector<std::int64_t>& columns) {
  const auto count = static_cast<std::int64_t>(columns.size());
  Matrix<double> result = Matrix<double>::uninitialized(a.rows, count);
  for (std::int64_t k = 0; k < count; ++k)
    copy<double>(a.block(0, columns[static_cast<std::size_t>(k)], a.rows, 1), result.view().block(0, k, a.rows, 1));
  return result;
}

Matrix<double> side_by_side(MatrixView<const double> a, MatrixView<const double> b) {
  Matrix<double> result = Matrix<double>::uninitialized(a.rows, a.cols + b.cols);
  copy<double>(a, result.view().block(0, 0, a.rows, a.cols));
  copy<double>(b, result.view().block(0, a.cols, a.rows, b.cols));
  return result;
}

namespace {

constexpr std::int64_t dropped = -1;

Matrix<double> select(MatrixView<const double> a, const std::vector<std::int64_t>& columns) {
  return select_dense_columns(a, columns);
}

std::vector<std::int64_t> new_places(std::int64_t cols, const std::vector<std::int64_t>& columns) {
  std::vector<std::int64_t> place(static_cast<std::size_t>(cols), dropped);
  for (std::size_t k = 0; k < columns.size(); ++k)
    place[static_cast<std::size_t>(columns[k])] = static_cast<std::int64_t>(k);
  return place;
}

template <class Index>
SparseMatrix<double> select(const CsrView<double, Index>& a, const std::vector<std::int64_t>& columns) {
  const std::vector<std::int64_t> place = new_places(a.cols, columns);
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (Index k = a.row_start[i]; k < a.row_start[i + 1]; ++k) {
      const std::int64_t col = place[static_cast<std::size_t>(a.column[k])];
      if (col != dropped) entries.push_back({i, col, a.value[k]});
    }
  }
  return SparseMatrix<double>::from_triplets(a.rows, static_cast<std::int64_t>(columns.size()), entries);
}

template <class Index>
SparseMatrix<double> select(const CscView<double, Index>& a, const std::vector<std::int64_t>& columns) {
  std::vector<Triplet<double>> entries;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const std::int64_t j = columns[k];
    for (Index e = a.column_start[j]; e < a.column_start[j + 1]; ++e)
      entries.push_back({a.row[e], static_cast<std::int64_t>(k), a.value[e]});
  }
  return SparseMatrix<double>::from_triplets(a.rows, static_cast<std::int64_t>(columns.size()), entries);
}

}  // namespace

SelectedColumns select_columns(const AnyMatrixView<double>& a, const std::vector<std::int64_t>& columns) {
  return std::visit([&](const auto& view) -> SelectedColumns { return {select(view, columns)}; }, a.storage());
}

}  // namespace croquis
