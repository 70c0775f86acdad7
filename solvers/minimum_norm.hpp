// Underdetermined systems: the solution of least norm.
#pragma once

#include <croquis/solvers/least_squares.hpp>

#include "solvers/problem_matrix.hpp"

namespace croquis {

/// The x of least norm among those that minimise ||A x - b||^2, A of fewer rows than columns; with `ridge_root` = t > 0
/// the x that minimises ||A x - b||^2 + t^2 ||x||^2, of which [x; s] is the solution of least norm of [A, t I] [x; s] =
/// b.
///
/// | argument | shape | |
/// |---|---|---|
/// | transposed | n x m, n >= m | A^T |
/// | b | m x k | right-hand sides of that A, weights and all |
/// | result | n x k | |
///
/// From a sketch of A^T, N = D R^-1, T N is well conditioned for T = A^T. Conjugate gradients solve N^T A A^T N z = N^T
/// r, x += A^T N z moves x within the range of A^T, and r = b - A x is computed anew until the backward error is at the
/// target. Beyond k^2 u = 0.1 that would not get there, and A^T N is formed, n m entries. Where the rank is not full, b
/// is first projected on the range of A. (LSRN: Meng, Saunders, Mahoney, arXiv 1109.5981, iterates on the same
/// preconditioned system.)
///
/// The backward error is that of a linear system, columns of T scaled: ||D r|| / (||C||_F ||x|| + ||D b||).
template <class T>
LeastSquaresFit<T> solve_minimum_norm(const ProblemMatrix<T>& transposed, double ridge_root, MatrixView<const T> b,
                                      const LeastSquaresOptions& options);

}  // namespace croquis
