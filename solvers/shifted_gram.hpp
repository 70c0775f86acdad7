// Least squares by a Gram matrix that is too coarse for the small singular values.
#pragma once

#include <vector>

#include "linalg/condition.hpp"
#include "solvers/attempt.hpp"

namespace croquis {

/// What is added to the diagonal of the Gram matrix of A D, of this largest diagonal entry, so that rounding errors do
/// not make it indefinite: some units of roundoff. It changes nothing for a matrix whose Gram matrix is any good.
template <class T>
double gram_shift(double largest_diagonal);

/// Least squares from R with R^T R = (A D)^T A D + shift I, D = diag(scale), and the extreme singular values of R.
///
/// A N = A D R^-1 has singular values sigma / sqrt(sigma^2 + shift): near one, but for those few of A D that are not
/// above sqrt(shift), some 5e-8 in double. Those make their own iterations and no more, so that a condition number of
/// 1e8 and beyond is within reach of a factorization that costs a fraction of any QR. Whether, and that the rank is
/// full, is found out by `certified_iteration`. Rejected if it would take more than `most_passes`.
template <class T>
Attempt<T> attempt_from_shifted_gram_factor(const LeastSquaresProblem<T>& problem, Matrix<T> r, std::vector<T> scale,
                                            const ExtremeSingularValues& extreme, double shift, double most_passes,
                                            LeastSquaresReport& report);

}  // namespace croquis
