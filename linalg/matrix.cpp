#include <croquis/linalg/matrix.hpp>

#include <algorithm>
#include <limits>
#include <utility>

#include "linalg/check.hpp"
#include "linalg/copy.hpp"
#include "linalg/memory.hpp"

namespace croquis {
namespace {

template <class T>
std::int64_t checked_entries(std::int64_t rows, std::int64_t cols) {
  if (rows < 0 || cols < 0) throw ShapeError("Matrix: negative shape " + shape_text(rows, cols));
  const std::int64_t most = std::numeric_limits<std::int64_t>::max() / static_cast<std::int64_t>(sizeof(T));
  if (cols > 0 && rows > most / cols) throw ShapeError("Matrix: " + shape_text(rows, cols) + " is not addressable");
  return rows * cols;
}

}  // namespace

template <class T>
Matrix<T> Matrix<T>::uninitialized(std::int64_t rows, std::int64_t cols, Layout layout) {
  Matrix result;
  result.data_ = allocate_aligned<T>(checked_entries<T>(rows, cols));
  result.rows_ = rows;
  result.cols_ = cols;
  result.layout_ = layout;
  return result;
}

template <class T>
Matrix<T>::Matrix(std::int64_t rows, std::int64_t cols, Layout layout) : Matrix(uninitialized(rows, cols, layout)) {
  std::fill_n(data_, rows * cols, T(0));
}

template <class T>
Matrix<T>::Matrix(MatrixView<const T> source) {
  check_view(source, "view");
  *this = uninitialized(source.rows, source.cols, source.layout);
  copy(source, view());
}

template <class T>
Matrix<T>::Matrix(const Matrix& other) : Matrix(other.view()) {}

template <class T>
Matrix<T>& Matrix<T>::operator=(const Matrix& other) {
  if (this != &other) *this = Matrix(other);
  return *this;
}

template <class T>
Matrix<T>::Matrix(Matrix&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      rows_(std::exchange(other.rows_, 0)),
      cols_(std::exchange(other.cols_, 0)),
      layout_(other.layout_) {}

template <class T>
Matrix<T>& Matrix<T>::operator=(Matrix&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(rows_, other.rows_);
  std::swap(cols_, other.cols_);
  std::swap(layout_, other.layout_);
  return *this;
}

template <class T>
Matrix<T>::~Matrix() {
  free_aligned(data_);
}

template class Matrix<float>;
template class Matrix<double>;

}  // namespace croquis
