// The triangular factor of a tall matrix without its orthogonal one, accurate for any condition number.
#pragma once

#include <cstdint>

#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/sketch/any_sketch.hpp>

#include "solvers/made_rows.hpp"

namespace croquis {

/// The operator that a shape calls for: enough rows for a condition number of A R_s^-1 of about three. No `cols` x
/// `rows` is too small for it, but below `least_rows_of_cholesky_qr` it is hardly smaller than A.
AnySketch cholesky_qr_sketch(std::int64_t rows, std::int64_t cols, std::uint64_t seed);
std::int64_t least_rows_of_cholesky_qr(std::int64_t cols);

/// The R (n x n, zeros below) of a QR factorization of S A, S a sparse-sign sketch; of A itself where a sketch would
/// not be much smaller. R differs from a triangular factor of A by a well-conditioned matrix. A is finite, m >= n.
Matrix<double> sketched_triangle(const AnyMatrixView<double>& a, std::uint64_t seed);
/// The same of rows that are made, `least_rows_of_cholesky_qr` of them at least.
Matrix<double> sketched_triangle(const MadeRows<double>& a, std::uint64_t seed);

/// The R of A = Q R, backward stable column by column as Householder QR is. A is finite, m >= n and of full rank.
///
/// Sketch-preconditioned Cholesky QR: with R_s a `sketched_triangle`, B = A R_s^-1 has a condition number of about
/// three whatever that of A, so the Cholesky factor L^T of B^T B is accurate, and R = L^T R_s. B is made and multiplied
/// by batches of rows: no copy of A, but for a sparse A by columns, which is regrouped by rows. Should the sketch have
/// lost part of the range, R is that of Householder QR of a dense copy.
/// The result does not depend on the number of threads. Cost: 2 m n^2 flops at the speed of a matrix product, and
/// 8 d n^2 of the sketch's QR.
Matrix<double> triangular_factor(const AnyMatrixView<double>& a, std::uint64_t seed);

/// L R, both upper triangular (n x n, zeros below, of which up to 64 in a column are read). Multithreaded; the result
/// does not depend on the number of threads. Cost: about n^3 flops.
template <class T>
Matrix<T> product_of_triangles(MatrixView<const T> l, MatrixView<const T> r);

/// The inverse of an upper triangular R (n x n), zeros below. Multithreaded; the result does not depend on the number
/// of threads. Cost: n^3 / 3 flops.
template <class T>
Matrix<T> inverse_of_triangle(MatrixView<const T> r);

}  // namespace croquis
