// The factorization of a matrix whose scaled columns are nearly orthogonal: none.
#pragma once

#include <memory>
#include <vector>

#include "linalg/condition.hpp"
#include "solvers/factorization.hpp"

namespace croquis {

/// Stands in for A D = Q C with C = smallest I, the least that C can be: N = D / smallest preconditions by scaling the
/// columns alone, and errors measured with it are never too small. `extreme` are the singular values of A D, the
/// smallest from below; `frobenius_norm` is that of A D.
template <class T>
std::unique_ptr<Factorization<T>> diagonal_factorization(std::vector<T> scale, const ExtremeSingularValues& extreme,
                                                         double frobenius_norm, double rcond);

}  // namespace croquis
