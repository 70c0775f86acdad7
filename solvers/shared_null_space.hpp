// Whether A has a null space that was found elsewhere.
#pragma once

#include <croquis/solvers/least_squares.hpp>

#include "solvers/factorization.hpp"
#include "solvers/problem_matrix.hpp"

namespace croquis {

/// True if A maps random vectors of the factorization's null space to (nearly) zero, so that they belong to A's own.
/// One pass over A; `report` gains it.
template <class T>
bool null_space_is_shared(const ProblemMatrix<T>& a, const Factorization<T>& f, LeastSquaresReport& report);

}  // namespace croquis
