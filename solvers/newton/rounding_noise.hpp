// How much of a function's values and gradients is rounding errors.
#pragma once

#include <cstdint>
#include <vector>

#include "solvers/newton/newton_problem.hpp"

namespace croquis {

/// What changes between points that differ in the last digits of x alone.
struct RoundingNoise {
  double value = 0;           ///< of f
  double gradient_norm = 0;   ///< of the gradient, in the two-norm
  double preconditioned = 0;  ///< d^T M^-1 d for the difference d of the gradients; M = I without a preconditioner
};

/// The largest of `noise_samples` differences. Each takes an evaluation, after which the trial point of `problem` is
/// not x; x, its value and its gradient are given.
inline constexpr std::int64_t noise_samples = 2;
RoundingNoise rounding_noise(NewtonProblem& problem, const Preconditioner* preconditioner, const std::vector<double>& x,
                             double value, const std::vector<double>& gradient, std::uint64_t seed);

}  // namespace croquis
