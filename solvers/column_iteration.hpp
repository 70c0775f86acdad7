// Least squares without a factorization, where scaling the columns is all that a matrix needs.
#pragma once

#include "solvers/attempt.hpp"

namespace croquis {

/// Scales the columns of the sparse A, finds out whether that makes it well conditioned, and if so refines from zero.
/// Rejected if it does not, after a few passes.
///
/// The finding out: conjugate gradients on D A^T A D z = D A^T A D w for a Gaussian w. Its iterates have no part
/// in the null space of A, and what singular values are small hold them up, so that z comes close to w only if every
/// singular value is well above zero: the rank is full, but for a probability of 1e-4. How fast it comes predicts how
/// many passes the problem itself takes. The extreme singular values follow from the tridiagonal matrix of the
/// iteration (Lanczos), the smallest with a margin.
///
/// Cost: two passes for the norms of the columns, some 5 to 12 for the test, and one for each digit or so of the
/// answer; memory O(m + n) for each right-hand side. `report` gains iterations, passes and seconds.
template <class T>
Attempt<T> iterate_on_columns(const LeastSquaresProblem<T>& problem, LeastSquaresReport& report);

}  // namespace croquis
