// Newton's method with a line search, for any `NewtonProblem`.
#pragma once

#include <optional>
#include <vector>

#include "solvers/newton/newton_problem.hpp"

namespace croquis {

/// A point that has been evaluated.
struct EvaluatedPoint {
  double value = 0;
  double gradient_norm = 0;
};

/// Minimises from x, which is overwritten by the best point found. Tolerances are relative to `reference`, or to x as
/// it is given. The report is complete but for its message where the status is `non_finite_input`.
NewtonReport newton_iteration(NewtonProblem& problem, std::vector<double>& x, const NewtonOptions& options,
                              std::optional<EvaluatedPoint> reference = std::nullopt);

/// Throws `InvalidOption` for options out of range.
void check_newton_options(const NewtonOptions& options);

}  // namespace croquis
