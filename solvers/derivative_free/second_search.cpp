#include "solvers/derivative_free/second_search.hpp"

#include <algorithm>
#include <utility>

namespace croquis {
namespace {

constexpr double spacing_of_step = 1e-3;
constexpr double sufficient = 0.5;
constexpr std::int64_t patience = 15;  // times n + 1 evaluations

void begin_search(DerivativeFreeState& state, InterpolationPoint from, const DerivativeFreeOptions& options) {
  state.points.assign(1, std::move(from));
  state.radius = options.initial_radius;
  state.spacing = renewed_spacing(options.initial_radius, options);
  state.column_norms.clear();
  state.column_unit = 0;
  state.missing = state.failures = state.non_finite = state.quiet = 0;
  state.renewing = state.fresh = true;
  state.last_chance = false;
  state.fruitless_restarts = 0;
  state.restart_cost = state.points.front().cost;
  state.watch_evaluations = 0;
}

}  // namespace

double renewed_spacing(double step, const DerivativeFreeOptions& options) {
  return std::max(spacing_of_step * step, options.final_radius);
}

bool crawls(DerivativeFreeState& state, double gradient) {
  const double cost = state.points.front().cost;
  if (state.watch_evaluations == 0 || cost <= sufficient * state.watch_cost ||
      gradient <= sufficient * state.watch_gradient) {
    state.watch_evaluations = state.residual_evaluations;
    state.watch_cost = cost;
    state.watch_gradient = gradient;
  }
  return state.residual_evaluations - state.watch_evaluations > patience * (state.dimensions + 1);
}

void start_over(DerivativeFreeState& state, const DerivativeFreeOptions& options) {
  state.aside.assign(1, std::move(state.points.front()));
  begin_search(state, state.first, options);
}

bool is_aside_better(const DerivativeFreeState& state) {
  return !state.aside.empty() && state.aside.front().cost < state.points.front().cost;
}

void take_up_aside(DerivativeFreeState& state, const DerivativeFreeOptions& options) {
  begin_search(state, std::move(state.aside.front()), options);
  state.aside.clear();
}

}  // namespace croquis
