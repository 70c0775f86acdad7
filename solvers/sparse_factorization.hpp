// A factorization with a sparse triangle.
#pragma once

#include <memory>
#include <vector>

#include "linalg/sparse_trapezoid.hpp"
#include "solvers/factorization.hpp"

namespace croquis {

/// What `factorize` does with a dense R, for A D P = Q [R1 R2]: `coordinates` is Q^T B, rank x k. The rank is that of
/// the trapezoid, and N = D P [R1^-1; 0], which gives the basic solution. Where R1's estimated condition number leaves
/// the rank in doubt, `factorize` decides it from a dense copy, if n is at most `most_dense_cols`; for a larger R, the
/// columns that were found dependent one by one are all that count.
///
/// Cost: some 24 reads of R, and for a rank-deficient A a solve with R1 for each dependent column; `null_basis` takes n
/// entries for each.
template <class T>
std::unique_ptr<Factorization<T>> factorize_sparse(SparseTrapezoid<T> r, std::vector<T> scale, double rcond,
                                                   Matrix<T>& coordinates);

constexpr std::int64_t most_dense_cols = 2048;

}  // namespace croquis
