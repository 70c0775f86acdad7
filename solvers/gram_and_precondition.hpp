// A least-squares problem by the Cholesky factor of A^T A.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

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

/// The same from R with R^T R = (A D)^T A D, D = diag(scale), made in the precision given, and the extreme singular
/// values of R.
template <class T>
Attempt<T> attempt_from_gram_factor(const LeastSquaresProblem<T>& problem, Matrix<T> r, const std::vector<T>& scale,
                                    const ExtremeSingularValues& extreme, GramPrecision precision,
                                    LeastSquaresReport& report);

/// Why a Gram matrix does not do for A D of this condition number; empty if it does.
template <class T>
std::string gram_is_too_coarse(std::int64_t cols, GramPrecision precision, double condition, double rcond);

}  // namespace croquis
