// A least-squares problem by the Cholesky factor of A^T A.
#pragma once

#include "solvers/attempt.hpp"
#include "solvers/least_squares_problem.hpp"

namespace croquis {

/// Factors the Gram matrix of A and refines from the solution of the normal equations until the backward error is at
/// the target: A N = A D R^-1 has orthonormal columns up to k^2 u, k the condition number of A D, so each iteration of
/// conjugate gradients gains that factor. Rejected if the factor says that k^2 u is not small, or A is sparse.
/// `report` gains iterations, passes and seconds.
template <class T>
Attempt<T> gram_and_precondition(const LeastSquaresProblem<T>& problem, LeastSquaresReport& report);

}  // namespace croquis
