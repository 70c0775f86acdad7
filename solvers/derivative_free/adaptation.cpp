#include "solvers/derivative_free/adaptation.hpp"

#include <algorithm>
#include <cmath>

namespace croquis {
namespace {

constexpr double good_ratio = 0.7;
constexpr double largest_radius = 1e10;

}  // namespace

void adapt_radius(DerivativeFreeState& state, double ratio, double norm) {
  if (!std::isfinite(ratio)) {
    state.radius = std::min(state.radius, norm) / 4;
  } else if (ratio < poor_ratio) {
    state.radius = std::min(state.radius / 2, norm);
  } else if (ratio <= good_ratio) {
    state.radius = std::max(state.radius / 2, norm);
  } else {
    state.radius = std::min(std::max(2 * state.radius, 4 * norm), largest_radius);
  }
  if (ratio >= poor_ratio) {
    state.failures = state.non_finite = state.quiet = 0;
    state.last_chance = false;
  } else {
    ++state.failures;
    state.non_finite = std::isfinite(ratio) ? 0 : state.non_finite + 1;
  }
}

void watch_progress(DerivativeFreeState& state, double cost_before, std::int64_t unknowns) {
  if (state.window_iterations++ == 0) state.window_cost = cost_before;
  if (state.window_iterations < state.dimensions) return;
  state.window_iterations = 0;
  if (state.points.front().cost > state.window_cost / 2) widen_space(state, unknowns);
}

void widen_space(DerivativeFreeState& state, std::int64_t unknowns) {
  state.window_iterations = 0;
  const std::int64_t wider = 2 * state.dimensions;
  // More than half of all unknowns may as well be all, which alone converge fast.
  state.dimensions = 2 * wider > unknowns ? unknowns : wider;
}

}  // namespace croquis
