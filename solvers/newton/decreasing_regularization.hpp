// Newton's method along falling ridges, for where it has to damp its steps at the ridge that is wanted.
#pragma once

#include <vector>

#include <croquis/solvers/generalized_linear_model.hpp>

#include "solvers/newton/generalized_linear_problem.hpp"
#include "solvers/newton/newton_iteration.hpp"

namespace croquis {

/// Minimises at the ridge of the problem, by the schedule asked for. `x` is where to start at that ridge; falling
/// ridges start at zero. Tolerances are relative to `at_zero`, of that ridge. Appends the ridges before it to `stages`.
NewtonReport newton_by_schedule(GeneralizedLinearProblem& problem, std::vector<double>& x, RidgeSchedule schedule,
                                const NewtonOptions& options, const EvaluatedPoint& at_zero,
                                std::vector<RidgeStage>& stages);

}  // namespace croquis
