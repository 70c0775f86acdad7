// A least-squares problem by sketch-preconditioned Cholesky QR.
#pragma once

#include <string>
#include <vector>

#include "solvers/attempt.hpp"
#include "solvers/least_squares_problem.hpp"

namespace croquis {

/// What is left of A D = Q R and B when Q is not kept.
template <class T>
struct TriangleAndCoordinates {
  std::string reason;    ///< why there is none; empty if there is
  std::vector<T> scale;  ///< powers of two, the diagonal of D
  Matrix<T> r;           ///< n x n, zeros below
  Matrix<T> qtb;         ///< Q^T B, n x k
};

/// R and Q^T B of A D = Q R, backward stable as by Householder QR, for A with `has_gram` and of full rank.
///
/// With R_s the R of a sketch of A D, C = A D R_s^-1 has a condition number of about three whatever that of A, so with
/// the Cholesky factor L^T L = C^T C also Q = C L^-1 is orthonormal to a few roundoffs: R = L R_s and Q^T B = L^-T (C^T
/// B). There is none if the sketch is nearly rank deficient at the tolerance `rcond` (0: the default), out of range or
/// not finite, or if it lost part of the range of A. `report` gains passes and seconds. The result does not depend on
/// the number of threads.
///
/// Cost: the sketch and its QR, and 2 m n^2 + 2 m n k flops.
template <class T>
TriangleAndCoordinates<T> triangle_and_coordinates(const ProblemMatrix<T>& a, MatrixView<const T> b,
                                                   const AnySketch& sketch, double rcond, LeastSquaresReport& report);

/// The solution from R and Q^T B, measured, and refined where its backward error is not acceptable. Rejected if there
/// is no R.
template <class T>
Attempt<T> solve_by_cholesky_qr(const LeastSquaresProblem<T>& problem, const AnySketch& sketch,
                                LeastSquaresReport& report);

}  // namespace croquis
