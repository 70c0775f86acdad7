// The Cholesky factorization of a large matrix, on all threads.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// From so many columns on waking threads pays.
constexpr std::int64_t least_cols_of_blocked_cholesky = 768;

/// Overwrites G, column-major, symmetric and given by its upper triangle, with R of G = R^T R, zeros below. False if G
/// is not numerically positive definite; it is then spoilt. n^3 / 3 flops; the same bits for any number of threads;
/// inside a tile it runs on its thread.
template <class T>
bool blocked_cholesky(MatrixView<T> g);

}  // namespace croquis
