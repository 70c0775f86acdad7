#include "linalg/transposed_product.hpp"

#include <algorithm>

#include "linalg/gram_kernels.hpp"

namespace croquis {
namespace {

std::int64_t rounded_up(std::int64_t size, std::int64_t granule) { return (size + granule - 1) / granule * granule; }

// Columns of B packed at once, which go by from the second-level cache, and of A, so that long runs of it are read.
template <class T>
constexpr std::int64_t most_right = slab_bytes / (slab_rows * static_cast<std::int64_t>(sizeof(T)));
template <class T>
constexpr std::int64_t most_left = most_right<T> / 2;

// The columns in each of the fewest equal parts.
std::int64_t part(std::int64_t cols, std::int64_t most) {
  const std::int64_t parts = std::max<std::int64_t>(1, (cols + most - 1) / most);
  return (cols + parts - 1) / parts;
}

// One panel of A times the packed columns of B: whole tiles straight onto C, others by way of `edge`.
template <class T>
void add_panel(const T* left, const T* right, std::int64_t depth, MatrixView<T> c, T* edge) {
  const auto [width, strip] = gram_tile<T>();
  const std::int64_t whole = c.rows == width ? c.cols / strip : 0;
  add_panel_products(left, right, depth, whole, c.data, c.leading_dimension);
  for (std::int64_t first = whole * strip; first < c.cols; first += strip) {
    std::fill_n(edge, width * strip, T(0));
    add_panel_products(left, right + first / width * width * depth + first % width, depth, 1, edge, width);
    for (std::int64_t j = 0; j < std::min(strip, c.cols - first); ++j)
      for (std::int64_t i = 0; i < c.rows; ++i) c(i, first + j) += edge[j * width + i];
  }
}

}  // namespace

template <class T>
std::int64_t transposed_product_workspace() {
  const auto [width, strip] = gram_tile<T>();
  const std::int64_t right = rounded_up(most_right<T>, width);
  return (right + rounded_up(most_left<T>, width)) * slab_rows + width * strip + right;
}

template <class T>
void add_transposed_product(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, T* workspace) {
  const auto [width, strip] = gram_tile<T>();
  const std::int64_t b_cols = rounded_up(part(b.cols, most_right<T>), width);
  const std::int64_t a_cols = rounded_up(part(a.cols, most_left<T>), width);
  T* const right = workspace;
  T* const left = right + b_cols * slab_rows;
  T* const edge = left + a_cols * slab_rows;
  T* const ones = edge + width * strip;
  std::fill_n(ones, std::max(a_cols, b_cols), T(1));
  const std::int64_t slab = part(a.rows, slab_rows);
  for (std::int64_t row = 0; row < a.rows; row += slab) {
    const std::int64_t depth = std::min(slab, a.rows - row);
    for (std::int64_t j = 0; j < b.cols; j += b_cols) {
      const std::int64_t columns = std::min(b_cols, b.cols - j);
      pack_panels(b.block(row, j, depth, columns), ones, right);
      for (std::int64_t i = 0; i < a.cols; i += a_cols) {
        const std::int64_t rows = std::min(a_cols, a.cols - i);
        pack_panels(a.block(row, i, depth, rows), ones, left);
        for (std::int64_t p = 0; p < rows; p += width)
          add_panel(left + p * depth, right, depth, c.block(i + p, j, std::min(width, rows - p), columns), edge);
      }
    }
  }
}

#define CROQUIS_INSTANTIATE(T)                             \
  template std::int64_t transposed_product_workspace<T>(); \
  template void add_transposed_product<T>(MatrixView<const T>, MatrixView<const T>, MatrixView<T>, T*);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
