// A least-squares problem by the Cholesky factor of A^T A.
#pragma once

#include <cstdint>

#include "solvers/attempt.hpp"
#include "solvers/condition_probe.hpp"
#include "solvers/gram_precision.hpp"
#include "solvers/least_squares_problem.hpp"

namespace croquis {

/// The largest condition number of A D at which its Gram matrix is still a good preconditioner: the roundings in its
/// smallest eigenvalue, as many as the default tolerance of the rank allows for, are a tenth of it. Some 5e6 for
/// double, 200 for float.
template <class T>
double most_gram_condition(std::int64_t cols, GramPrecision precision);

/// Factors the Gram matrix of A and refines from the solution of the normal equations until the backward error is at
/// the target: A N = A D R^-1 has orthonormal columns up to k^2 u, with k the condition number of A D and u the unit
/// roundoff of the Gram matrix, so each iteration of conjugate gradients gains that factor. Rejected if the factor says
/// that k is too large, or the probe has no D. `report` gains iterations, passes and seconds.
template <class T>
Attempt<T> gram_and_precondition(const LeastSquaresProblem<T>& problem, GramPrecision precision,
                                 const ConditionProbe<T>& probe, LeastSquaresReport& report);

}  // namespace croquis
