#include "linalg/large_triangle.hpp"

#include <algorithm>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "linalg/vector_block.hpp"

namespace croquis {
namespace {

// Columns whose own triangle is solved by one thread: small beside what stands above it, large beside waking threads.
constexpr std::int64_t block_cols = 256;
// Rows of a tile that combines columns, in runs that are read ahead; columns of a tile of dot products.
constexpr std::int64_t tile_rows = 512;
constexpr std::int64_t tile_cols = 32;
static_assert(block_cols < least_cols_of_large_triangle);  // so that the triangles on the diagonal are not large

std::int64_t blocks_of(std::int64_t n) { return (n + block_cols - 1) / block_cols; }

}  // namespace

// From the last block of columns to the first: its own triangle, then what is above it.
template <class T>
void solve_large_triangle(MatrixView<const std::type_identity_t<T>> r, T* x) {
  const std::int64_t n = r.rows;
  const std::int64_t ld = r.leading_dimension;
  std::vector<T> minus(static_cast<std::size_t>(block_cols));
  for (std::int64_t block = blocks_of(n); block-- > 0;) {
    const std::int64_t first = block * block_cols;
    const std::int64_t count = std::min(block_cols, n - first);
    solve_triangular<T>(Side::left, Transpose::no, r.block(first, first, count, count),
                        column_major(x + first, count, 1));
    for (std::int64_t j = 0; j < count; ++j) minus[j] = -x[first + j];
    const Partition rows(first, (first + tile_rows - 1) / tile_rows, 8);
    for_each_part(rows.count, [&](std::int64_t tile) {
      add_combination(count, rows.length(tile), 1, r.data + rows.begin(tile) + first * ld, ld, nullptr, minus.data(),
                      block_cols, x + rows.begin(tile), n);
    });
  }
}

// From the first block of columns to the last: what is above it, then its own triangle.
template <class T>
void solve_large_triangle_transposed(MatrixView<const std::type_identity_t<T>> r, T* x) {
  const std::int64_t n = r.rows;
  const std::int64_t ld = r.leading_dimension;
  std::vector<T> dots(static_cast<std::size_t>(block_cols));
  for (std::int64_t block = 0; block < blocks_of(n); ++block) {
    const std::int64_t first = block * block_cols;
    const std::int64_t count = std::min(block_cols, n - first);
    std::fill(dots.begin(), dots.end(), T(0));
    if (first > 0) {
      const Partition cols(count, (count + tile_cols - 1) / tile_cols, 8);
      for_each_part(cols.count, [&](std::int64_t tile) {
        add_dot_products(cols.length(tile), first, 1, r.data + (first + cols.begin(tile)) * ld, ld, nullptr, x, n,
                         dots.data() + cols.begin(tile), block_cols);
      });
    }
    for (std::int64_t j = 0; j < count; ++j) x[first + j] -= dots[j];
    solve_triangular<T>(Side::left, Transpose::yes, r.block(first, first, count, count),
                        column_major(x + first, count, 1));
  }
}

// Tiles of rows: the triangle on the diagonal, and what is right of it.
template <class T>
void multiply_by_large_triangle(MatrixView<const std::type_identity_t<T>> r, T* x) {
  const std::int64_t n = r.rows;
  const std::int64_t ld = r.leading_dimension;
  const std::vector<T> from(x, x + n);
  for_each_part(blocks_of(n), [&](std::int64_t block) {
    const std::int64_t first = block * block_cols;
    const std::int64_t end = std::min(first + block_cols, n);
    multiply_triangular<T>(Transpose::no, r.block(first, first, end - first, end - first), x + first);
    add_combination(n - end, end - first, 1, r.data + first + end * ld, ld, nullptr, from.data() + end, n, x + first,
                    n);
  });
}

// Tiles of columns: the triangle on the diagonal, and what is above it.
template <class T>
void multiply_by_large_triangle_transposed(MatrixView<const std::type_identity_t<T>> r, T* x) {
  const std::int64_t n = r.rows;
  const std::int64_t ld = r.leading_dimension;
  const std::vector<T> from(x, x + n);
  for_each_part(blocks_of(n), [&](std::int64_t block) {
    const std::int64_t first = block * block_cols;
    const std::int64_t count = std::min(block_cols, n - first);
    multiply_triangular<T>(Transpose::yes, r.block(first, first, count, count), x + first);
    add_dot_products(count, first, 1, r.data + first * ld, ld, nullptr, from.data(), n, x + first, n);
  });
}

#define CROQUIS_INSTANTIATE(T)                                               \
  template void solve_large_triangle<T>(MatrixView<const T>, T*);            \
  template void solve_large_triangle_transposed<T>(MatrixView<const T>, T*); \
  template void multiply_by_large_triangle<T>(MatrixView<const T>, T*);      \
  template void multiply_by_large_triangle_transposed<T>(MatrixView<const T>, T*);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
