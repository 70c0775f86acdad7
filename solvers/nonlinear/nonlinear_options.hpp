// Checking the options of `nonlinear_least_squares`.
#pragma once

#include <croquis/solvers/nonlinear_least_squares.hpp>

namespace croquis {

/// Throws `InvalidOption`, naming the option and its range.
void check_options(const NonlinearOptions& options);
/// Throws `InvalidOption` where bounds meet subspaces, in which they cannot be kept.
void check_bounds_fit(const NonlinearProblem& problem, const NonlinearOptions& options);

}  // namespace croquis
