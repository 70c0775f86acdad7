// How long the first step is.
#pragma once

#include "solvers/nonlinear/search.hpp"

namespace croquis {

/// The first radius, or weight of a regularization: that of the options, or a guess by x0 and the model.
double initial_parameter(const ResidualPoint& point, const Linearization& linear, const ResidualUnit& unit,
                         const NonlinearOptions& options);

/// A first radius is a guess. Where the model is wrong about a step of that length, half of it may lead lower: that
/// costs a residual, and which of several minima is found depends on this step most. Leaves the best one ahead.
void shorten_first_step(Search& search, ResidualFunction& residual, const NonlinearProblem& problem,
                        NonlinearGlobalization kind);

}  // namespace croquis
