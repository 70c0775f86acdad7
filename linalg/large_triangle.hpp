// An upper triangle too large for the caches, and one vector: bound by reading the triangle, so by all threads.
#pragma once

#include <cstdint>
#include <type_traits>

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// From so many columns on waking threads pays: 9 MiB of a triangle in double.
constexpr std::int64_t least_cols_of_large_triangle = 1536;

/// x := R^-1 x, R^-T x, R x and R^T x for R column-major, upper triangular. Each reads R once. The same bits for any
/// number of threads; inside a tile they run on its thread.
template <class T>
void solve_large_triangle(MatrixView<const std::type_identity_t<T>> r, T* x);
template <class T>
void solve_large_triangle_transposed(MatrixView<const std::type_identity_t<T>> r, T* x);
template <class T>
void multiply_by_large_triangle(MatrixView<const std::type_identity_t<T>> r, T* x);
template <class T>
void multiply_by_large_triangle_transposed(MatrixView<const std::type_identity_t<T>> r, T* x);

}  // namespace croquis
