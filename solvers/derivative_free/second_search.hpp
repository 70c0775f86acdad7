// Another search from x0, where the first one crawls.
#pragma once

#include <croquis/solvers/derivative_free_least_squares.hpp>

namespace croquis {

/// Watches a search among all unknowns: whether 15 (n + 1) evaluations have halved neither the cost nor the model's
/// gradient, of the given norm.
bool crawls(DerivativeFreeState& state, double gradient);

/// How far apart points are whose whole set is renewed after a step of the given length: close enough for slopes at x
/// itself, where noise allows that.
double renewed_spacing(double step, const DerivativeFreeOptions& options);

/// Starts over from x0, with points that are all renewed after each step, and puts the best point aside.
void start_over(DerivativeFreeState& state, const DerivativeFreeOptions& options);

/// Whether the search before ended lower.
bool is_aside_better(const DerivativeFreeState& state);

/// Goes on from where it ended, with points renewed.
void take_up_aside(DerivativeFreeState& state, const DerivativeFreeOptions& options);

}  // namespace croquis
