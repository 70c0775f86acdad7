// Non-owning dense matrices: a pointer, a shape, a leading dimension and a layout.
#pragma once

#include <cassert>
#include <cstdint>
#include <type_traits>

namespace croquis {

/// Which index runs fastest in memory.
enum class Layout { column_major, row_major };

/// The layout of the transpose of a matrix stored as `layout`.
constexpr Layout transposed(Layout layout) {
  return layout == Layout::column_major ? Layout::row_major : Layout::column_major;
}

/// A dense rows x cols matrix in somebody else's memory.
///
/// Entry (i, j) is `data[i + j * leading_dimension]` when column-major and `data[i * leading_dimension + j]` when
/// row-major. `leading_dimension` is at least the length of a column (column-major) or a row (row-major). Copying
/// a view copies no entry; a view of `T` converts to a view of `const T`. The functions that take a view check it
/// and throw `ShapeError`; the members here only assert.
template <class T>
struct MatrixView {
  T* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t leading_dimension = 0;
  Layout layout = Layout::column_major;

  /// Distance in entries between (i, j) and (i + 1, j).
  constexpr std::int64_t row_stride() const { return layout == Layout::column_major ? 1 : leading_dimension; }
  /// Distance in entries between (i, j) and (i, j + 1).
  constexpr std::int64_t column_stride() const { return layout == Layout::column_major ? leading_dimension : 1; }

  constexpr std::int64_t size() const { return rows * cols; }

  constexpr T& operator()(std::int64_t i, std::int64_t j) const {
    assert(0 <= i && i < rows && 0 <= j && j < cols);
    return data[i * row_stride() + j * column_stride()];
  }

  /// The block of `block_rows` x `block_cols` entries whose first is (i, j); it shares this view's memory.
  constexpr MatrixView block(std::int64_t i, std::int64_t j, std::int64_t block_rows, std::int64_t block_cols) const {
    assert(0 <= i && 0 <= block_rows && i + block_rows <= rows);
    assert(0 <= j && 0 <= block_cols && j + block_cols <= cols);
    T* first = data == nullptr ? nullptr : data + i * row_stride() + j * column_stride();
    return {first, block_rows, block_cols, leading_dimension, layout};
  }

  /// The transpose, in the same memory: the other layout, rows and columns swapped.
  constexpr MatrixView transposed() const { return {data, cols, rows, leading_dimension, croquis::transposed(layout)}; }

  constexpr operator MatrixView<const T>() const requires(!std::is_const_v<T>) {
    return {data, rows, cols, leading_dimension, layout};
  }
};

/// A column-major view of `data`; the leading dimension is `rows` unless given.
template <class T>
constexpr MatrixView<T> column_major(T* data, std::int64_t rows, std::int64_t cols,
                                     std::int64_t leading_dimension = -1) {
  return {data, rows, cols, leading_dimension < 0 ? rows : leading_dimension, Layout::column_major};
}

/// A row-major view of `data`; the leading dimension is `cols` unless given.
template <class T>
constexpr MatrixView<T> row_major(T* data, std::int64_t rows, std::int64_t cols, std::int64_t leading_dimension = -1) {
  return {data, rows, cols, leading_dimension < 0 ? cols : leading_dimension, Layout::row_major};
}

}  // namespace croquis
