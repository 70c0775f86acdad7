// The rank of a matrix whose singular values are all the same, but for zeros.
#pragma once

#include <croquis/solvers/least_squares.hpp>

#include "solvers/certified_iteration.hpp"

namespace croquis {

/// If the witness was there after one iteration, A D has one singular value sigma beside those that are zero, or
/// nearly: its rank is ||A D||_F^2 / sigma^2, and I - (A D)^T A D / sigma^2 projects on its null space. True if that
/// quotient is a whole number, if A maps two random vectors of the null space to (nearly) zero, as
/// `null_space_is_shared` has it, and if D scales all columns alike, so that the iteration, which does not leave the
/// range of A^T, gives the solution of least norm. Then completes `f` by the rank; a basis of the null space is not
/// needed.
///
/// Cost: a pass over A for one vector and one for two; `report` gains them.
template <class T>
bool has_one_singular_value(const LeastSquaresProblem<T>& problem, const Testimony<T>& witness, Factorization<T>& f,
                            LeastSquaresReport& report);

}  // namespace croquis
