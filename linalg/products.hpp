// Products of a dense or sparse matrix with blocks of vectors, by passes over its rows.
//
// All are multithreaded over chunks of rows that depend on the shape alone, and give the same bits for any number of
// threads. Blocks of vectors (X: n x k, Y: m x k) may have either layout; shapes are the caller's duty.
#pragma once

#include <cstdint>
#include <functional>

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// True of so many vectors that products with a dense A are bound by their arithmetic, not by reading A.
inline bool bound_by_arithmetic(std::int64_t vectors) { return vectors >= 16; }

/// Y = A X.
template <class T>
void multiply_by(const AnyMatrixView<T>& a, MatrixView<const T> x, MatrixView<T> y);

/// X = A^T Y.
template <class T>
void multiply_by_transpose(const AnyMatrixView<T>& a, MatrixView<const T> y, MatrixView<T> x);

/// G = A^T (D (D (A X))), reading A from memory once; D = diag(row_scale), or the identity if it is null.
template <class T>
void normal_product(const AnyMatrixView<T>& a, MatrixView<const T> x, MatrixView<T> g, const T* row_scale = nullptr);

/// R = B - D (A X) and G = A^T (D R), reading A from memory once; D as above.
template <class T>
void residual_and_gradient(const AnyMatrixView<T>& a, MatrixView<const T> x, MatrixView<const T> b, MatrixView<T> r,
                           MatrixView<T> g, const T* row_scale = nullptr);

/// Overwrites the rows of A X that begin at `first_row` in place, T(i, v) for row first_row + i.
template <class T>
using RowTransform = std::function<void(std::int64_t first_row, MatrixView<T> t)>;

/// G = A^T F for F = A X after `transform`, reading A from memory once (twice where it is stored by columns and
/// sparse).
///
/// `transform` is called on several threads, once for each block of rows; every row is in one block, all blocks begin
/// at multiples of 8, and they depend on the shape alone. It must not start parallel work of its own.
template <class T>
void transformed_product(const AnyMatrixView<T>& a, MatrixView<const T> x, MatrixView<T> g,
                         const RowTransform<T>& transform);

}  // namespace croquis
