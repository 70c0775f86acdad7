#include <croquis/linalg/sparse.hpp>

#include <algorithm>
#include <utility>

#include "linalg/check.hpp"

namespace croquis {

template <class T>
SparseMatrix<T>::SparseMatrix(std::int64_t rows, std::int64_t cols, std::vector<std::int64_t> row_start,
                              std::vector<std::int64_t> column, std::vector<T> value) {
  if (rows < 0 || cols < 0) throw ShapeError("SparseMatrix: negative shape " + shape_text(rows, cols));
  if (static_cast<std::int64_t>(row_start.size()) != rows + 1)
    throw ShapeError("SparseMatrix: row_start has " + std::to_string(row_start.size()) + " entries but " +
                     std::to_string(rows) + " rows need " + std::to_string(rows + 1));
  if (row_start.front() != 0 || row_start.back() != static_cast<std::int64_t>(column.size()) ||
      column.size() != value.size())
    throw ShapeError("SparseMatrix: row_start runs from " + std::to_string(row_start.front()) + " to " +
                     std::to_string(row_start.back()) + " but there are " + std::to_string(column.size()) +
                     " columns and " + std::to_string(value.size()) + " values");
  check_view(AnyMatrixView<T>(CsrView<T, std::int64_t>{rows, cols, row_start.data(), column.data(), value.data()}),
             "SparseMatrix");
  rows_ = rows;
  cols_ = cols;
  row_start_ = std::move(row_start);
  column_ = std::move(column);
  value_ = std::move(value);
}

template <class T>
SparseMatrix<T> SparseMatrix<T>::from_triplets(std::int64_t rows, std::int64_t cols,
                                               const std::vector<Triplet<T>>& entries) {
  if (rows < 0 || cols < 0) throw ShapeError("from_triplets: negative shape " + shape_text(rows, cols));
  for (const Triplet<T>& e : entries) {
    if (e.row < 0 || e.row >= rows || e.col < 0 || e.col >= cols)
      throw ShapeError("from_triplets: entry (" + std::to_string(e.row) + ", " + std::to_string(e.col) +
                       ") is outside a " + shape_text(rows, cols) + " matrix");
  }
  // Two stable counting sorts, by column and then by row, leave each row's columns ascending in linear time.
  std::vector<std::int64_t> order(entries.size());
  std::vector<std::int64_t> start(static_cast<std::size_t>(std::max(rows, cols)) + 2, 0);
  for (const Triplet<T>& e : entries) ++start[e.col + 1];
  for (std::int64_t j = 0; j < cols; ++j) start[j + 1] += start[j];
  for (std::size_t k = 0; k < entries.size(); ++k) order[start[entries[k].col]++] = static_cast<std::int64_t>(k);

  std::vector<std::int64_t> row_start(static_cast<std::size_t>(rows) + 1, 0);
  for (const Triplet<T>& e : entries) ++row_start[e.row + 1];
  for (std::int64_t i = 0; i < rows; ++i) row_start[i + 1] += row_start[i];
  std::vector<std::int64_t> next(row_start.begin(), row_start.end());
  std::vector<std::int64_t> sorted(entries.size());
  for (const std::int64_t k : order) sorted[next[entries[k].row]++] = k;

  std::vector<std::int64_t> column;
  std::vector<T> value;
  column.reserve(entries.size());
  value.reserve(entries.size());
  std::int64_t begin = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t end = row_start[i + 1];
    row_start[i] = static_cast<std::int64_t>(column.size());
    for (std::int64_t k = begin; k < end; ++k) {
      const Triplet<T>& e = entries[sorted[k]];
      if (static_cast<std::int64_t>(column.size()) > row_start[i] && column.back() == e.col) {
        value.back() += e.value;
      } else {
        column.push_back(e.col);
        value.push_back(e.value);
      }
    }
    begin = end;
  }
  row_start[rows] = static_cast<std::int64_t>(column.size());
  return SparseMatrix(rows, cols, std::move(row_start), std::move(column), std::move(value));
}

template class SparseMatrix<float>;
template class SparseMatrix<double>;

}  // namespace croquis
