// Least squares without a factorization, where scaling the columns is all that a matrix needs.
#pragma once

#include "solvers/attempt.hpp"

namespace croquis {

/// Scales the columns of the sparse A, finds out whether that makes it well conditioned, and if so solves by conjugate
/// gradients (`certified_iteration`) and refines. Rejected if it does not, after a few passes.
///
/// Where the witness stays apart from w by more than rounding, A is rank deficient, and well conditioned otherwise. A
/// basis of its null space is found by elimination (`sparse_null_basis`) and believed if it passes two tests: A maps
/// random vectors of it to zero, so that no part of it is too much, and the whole difference between w and what the
/// iteration made of it is in it, so that nothing is missing, but for the same probability. Rejected if elimination
/// would take longer than a few passes. No basis is needed where all singular values but zeros are the same
/// (`solve_with_one_singular_value`).
///
/// Cost: two passes for the norms of the columns, and some 2 to 3 for each two digits of the answer; memory O(m + n)
/// for each right-hand side, and n for each null vector. `report` gains iterations, passes and seconds.
template <class T>
Attempt<T> iterate_on_columns(const LeastSquaresProblem<T>& problem, LeastSquaresReport& report);

}  // namespace croquis
