// The factorization of a matrix whose scaled columns are nearly orthogonal: none.
#pragma once

#include <memory>
#include <vector>

#include "solvers/factorization.hpp"

namespace croquis {

/// Stands in for A D = Q C with C = I: N = D preconditions by scaling the columns alone. `frobenius_norm` is that of
/// A D. What is known of A's singular values and null space is for the caller to fill in; N has n columns at any rank.
template <class T>
std::unique_ptr<Factorization<T>> diagonal_factorization(std::vector<T> scale, double frobenius_norm, double rcond);

}  // namespace croquis
