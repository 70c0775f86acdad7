// Checking what `derivative_free_least_squares` is given.
#pragma once

#include <croquis/solvers/derivative_free_least_squares.hpp>

namespace croquis {

/// Throws `InvalidOption`, naming the option and its range.
void check_options(const DerivativeFreeOptions& options);
/// Throws `ShapeError` or `InvalidOption`, naming the member, unless the problem is well formed and the state
/// may be one of it.
void check_state(const NonlinearProblem& problem, const DerivativeFreeState& state);

}  // namespace croquis
