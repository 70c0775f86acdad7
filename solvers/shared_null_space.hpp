// Whether A has a null space that was found elsewhere.
#pragma once

#include <croquis/solvers/least_squares.hpp>

#include "solvers/factorization.hpp"
#include "solvers/problem_matrix.hpp"

namespace croquis {

/// True if A maps random vectors of the factorization's null space to (nearly) zero, so that they belong to A's own:
/// a singular value that the factorization calls zero may be `slack` times its tolerance in A. One pass over A;
/// `report` gains it.
template <class T>
bool null_space_is_shared(const ProblemMatrix<T>& a, const Factorization<T>& f, double slack,
                          LeastSquaresReport& report);

}  // namespace croquis
