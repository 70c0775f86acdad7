// The Bratu problem on a square grid, without a Jacobian in memory.
#pragma once

#include <cstdint>

#include <croquis/solvers/nonlinear_problem.hpp>

namespace croquis::perf {

/// 4 u - sum of the neighbours - h^2 lambda e^u on side x side points, h = 1 / (side + 1), lambda = 4, with products J
/// V and J^T U: J is symmetric.
NonlinearProblem bratu(std::int64_t side);

}  // namespace croquis::perf
