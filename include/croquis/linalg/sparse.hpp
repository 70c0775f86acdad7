// Sparse matrices by rows (CSR) and by columns (CSC): views of somebody else's arrays, and an owning matrix.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/matrix.hpp>

namespace croquis {

/// A sparse matrix by rows in somebody else's arrays. Index is `std::int32_t` or `std::int64_t`.
///
/// Row i holds the entries k with row_start[i] <= k < row_start[i + 1]: `value[k]` in column `column[k]`. Columns
/// within a row may come in any order; entries that repeat a place are added. `row_start` has rows + 1 entries,
/// zero-based. The functions that take a view check the arrays and throw `ShapeError`.
template <class T, class Index = std::int32_t>
struct CsrView {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  const Index* row_start = nullptr;
  const Index* column = nullptr;
  const T* value = nullptr;

  std::int64_t nonzeros() const {
    return rows == 0 ? 0 : static_cast<std::int64_t>(row_start[rows]) - static_cast<std::int64_t>(row_start[0]);
  }
};

/// A sparse matrix by columns: the transpose of a `CsrView`, with the same rules.
template <class T, class Index = std::int32_t>
struct CscView {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  const Index* column_start = nullptr;
  const Index* row = nullptr;
  const T* value = nullptr;

  std::int64_t nonzeros() const {
    return cols == 0 ? 0 : static_cast<std::int64_t>(column_start[cols]) - static_cast<std::int64_t>(column_start[0]);
  }
};

/// The transpose, in the same arrays.
template <class T, class Index>
CscView<T, Index> transposed(const CsrView<T, Index>& a) {
  return {a.cols, a.rows, a.row_start, a.column, a.value};
}
template <class T, class Index>
CsrView<T, Index> transposed(const CscView<T, Index>& a) {
  return {a.cols, a.rows, a.column_start, a.row, a.value};
}

/// One entry of a sparse matrix, zero-based.
template <class T>
struct Triplet {
  std::int64_t row = 0;
  std::int64_t col = 0;
  T value{};
};

/// A sparse matrix that owns its arrays, by rows, with 64-bit indices.
template <class T>
class CROQUIS_API SparseMatrix {
 public:
  SparseMatrix() = default;
  /// Takes CSR arrays over. Throws `ShapeError` if they are not a valid rows x cols matrix.
  SparseMatrix(std::int64_t rows, std::int64_t cols, std::vector<std::int64_t> row_start,
               std::vector<std::int64_t> column, std::vector<T> value);
  /// From entries in any order; entries at the same place are added in the order given. Linear time.
  static SparseMatrix from_triplets(std::int64_t rows, std::int64_t cols, const std::vector<Triplet<T>>& entries);

  std::int64_t rows() const { return rows_; }
  std::int64_t cols() const { return cols_; }
  std::int64_t nonzeros() const { return static_cast<std::int64_t>(value_.size()); }

  CsrView<T, std::int64_t> view() const { return {rows_, cols_, row_start_.data(), column_.data(), value_.data()}; }
  operator CsrView<T, std::int64_t>() const { return view(); }

 private:
  std::int64_t rows_ = 0;
  std::int64_t cols_ = 0;
  std::vector<std::int64_t> row_start_{0};
  std::vector<std::int64_t> column_;
  std::vector<T> value_;
};

extern template class SparseMatrix<float>;
extern template class SparseMatrix<double>;

}  // namespace croquis
