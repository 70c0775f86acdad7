// Smooth functions of many unknowns, with products of their Hessians.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <croquis/linalg/sparse.hpp>
#include <croquis/solvers/objective.hpp>

namespace croquis::perf {

/// Chained Rosenbrock valleys of n unknowns.
Objective valleys(std::int64_t n);
/// The same with S^T g and S^T H S of sparse S, in time that depends on the entries of S alone.
Objective valleys_in_parts(std::int64_t n);

/// sum (1 - u_i^2)^2 / 4 + 1/2 sum (u_i - u_j)^2 over the neighbours of a square grid of side x side points, zero
/// around it: 0 is stationary, with some 3 unknowns in 10 along which it curves down.
Objective wells(std::int64_t side);

/// The energy whose gradient are the residuals of `bratu(side)`: convex where solutions are sought.
Objective bratu_energy(std::int64_t side);

/// Mean logistic loss with a ridge of 1e-4, 20 features in each of n / 5 observations, the first features often and the
/// last seldom.
struct SparseLogistic {
  SparseMatrix<double> a;
  std::vector<double> y;
  Objective objective;
};
std::shared_ptr<SparseLogistic> sparse_logistic(std::int64_t n);

}  // namespace croquis::perf
