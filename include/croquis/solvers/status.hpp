// The outcome of a solver, as a value.
#pragma once

#include <string>

#include <croquis/export.hpp>

namespace croquis {

/// How a solver ended.
enum class Status {
  converged,                 ///< solved to the tolerance asked for; the report's accuracy is recomputed from the data
  rank_deficient,            ///< solved; the matrix is numerically rank deficient and x is the minimum-norm solution
  fell_back,                 ///< solved, by a safer method, after the one before it failed its own check
  preview,                   ///< sketch-and-solve: an approximation was asked for and computed
  iteration_limit,           ///< not solved: the iteration limit was reached first; x is the best point found
  evaluation_limit,          ///< not solved: the limit on evaluations was reached first; x is the best point found
  stalled,                   ///< not solved: no step from x, the best point found, makes progress
  noise_limited,             ///< not solved: noise hides whether x, the best point found, can be bettered
  non_finite_input,          ///< not solved: A or b, or the residuals or their Jacobian, hold a NaN or an infinity
  cancelled,                 ///< not solved: the progress callback asked to stop
  accuracy_not_reached,      ///< not solved: no method reached the tolerance; x is the best point found
  inconsistent_constraints,  ///< not solved: no x satisfies the equality constraints
  unbounded                  ///< not solved: there is no minimiser, the objective falls along a ray without end
};

/// "converged", "rank_deficient", "fell_back", "preview", "iteration_limit", "evaluation_limit", "stalled",
/// "noise_limited", "non_finite_input", "cancelled", "accuracy_not_reached", "inconsistent_constraints" or "unbounded".
CROQUIS_API std::string to_string(Status status);

}  // namespace croquis
