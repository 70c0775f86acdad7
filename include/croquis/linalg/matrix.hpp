// An owning dense matrix, for users who have no storage of their own.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include <croquis/export.hpp>
#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// A dense rows x cols matrix that owns its entries, contiguous in `layout`. T is `float` or `double`.
///
/// Memory is aligned to 64 bytes; from 4 MiB on it is aligned to 2 MiB and transparent huge pages are asked for,
/// which about halves the time of a pass over a large matrix. Copying copies the entries.
/// Throws `ShapeError` for a negative or an unaddressable size and `std::bad_alloc` when there is no memory.
template <class T>
class CROQUIS_API Matrix {
 public:
  Matrix() = default;
  /// A matrix of zeros.
  Matrix(std::int64_t rows, std::int64_t cols, Layout layout = Layout::column_major);
  /// A copy of the entries behind `view`, in the same layout.
  explicit Matrix(MatrixView<const T> view);
  /// A matrix whose entries are not set: for callers that write all of them.
  static Matrix uninitialized(std::int64_t rows, std::int64_t cols, Layout layout = Layout::column_major);

  Matrix(const Matrix& other);
  Matrix& operator=(const Matrix& other);
  Matrix(Matrix&& other) noexcept;
  Matrix& operator=(Matrix&& other) noexcept;
  ~Matrix();

  std::int64_t rows() const { return rows_; }
  std::int64_t cols() const { return cols_; }
  Layout layout() const { return layout_; }
  std::int64_t leading_dimension() const { return layout_ == Layout::column_major ? rows_ : cols_; }

  T* data() { return data_; }
  const T* data() const { return data_; }
  /// All entries, in memory order.
  std::span<T> entries() { return {data_, static_cast<std::size_t>(rows_ * cols_)}; }
  std::span<const T> entries() const { return {data_, static_cast<std::size_t>(rows_ * cols_)}; }

  T& operator()(std::int64_t i, std::int64_t j) { return view()(i, j); }
  const T& operator()(std::int64_t i, std::int64_t j) const { return view()(i, j); }

  MatrixView<T> view() { return {data_, rows_, cols_, leading_dimension(), layout_}; }
  MatrixView<const T> view() const { return {data_, rows_, cols_, leading_dimension(), layout_}; }
  operator MatrixView<T>() { return view(); }
  operator MatrixView<const T>() const { return view(); }

 private:
  T* data_ = nullptr;
  std::int64_t rows_ = 0;
  std::int64_t cols_ = 0;
  Layout layout_ = Layout::column_major;
};

extern template class Matrix<float>;
extern template class Matrix<double>;

}  // namespace croquis
