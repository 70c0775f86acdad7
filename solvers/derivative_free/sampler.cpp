#include "solvers/derivative_free/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "solvers/derivative_free/interpolation_set.hpp"
#include "solvers/derivative_free/new_points.hpp"
#include "solvers/derivative_free/noise.hpp"
#include "solvers/nonlinear/criterion.hpp"

namespace croquis {
namespace {

// A point that is not finite is tried again on the other side at half the distance, so many times.
constexpr std::int64_t most_retries = 6;

// A NaN is not lower than anything.
const InterpolationPoint& lowest_of(const std::vector<InterpolationPoint>& points) {
  const InterpolationPoint* lowest = &points.front();
  for (const InterpolationPoint& point : points)
    if (point.cost < lowest->cost || std::isnan(lowest->cost)) lowest = &point;
  return *lowest;
}

}  // namespace

InterpolationPoint Sampler::evaluated(std::vector<double> x) {
  InterpolationPoint point{.x = std::move(x)};
  point.residuals.resize(static_cast<std::size_t>(problem_.residuals));
  residual_.evaluate(point.x, point.residuals);
  ++state_.residual_evaluations;
  point.cost = criterion_of(problem_, point.residuals).cost;
  return point;
}

std::optional<Outcome> Sampler::proceed(std::int64_t most) {
  const auto planned = static_cast<std::int64_t>(state_.planned.size());
  const std::int64_t count = std::min(most, planned - state_.evaluated);
  auto x = Matrix<double>::uninitialized(problem_.unknowns, count);
  auto r = Matrix<double>::uninitialized(problem_.residuals, count);
  const auto point = [&](std::int64_t k) -> InterpolationPoint& {
    return state_.planned[static_cast<std::size_t>(state_.evaluated + k)];
  };
  for (std::int64_t k = 0; k < count; ++k) std::copy(point(k).x.begin(), point(k).x.end(), &x(0, k));
  residual_.evaluate_each(x, r);
  for (std::int64_t k = 0; k < count; ++k) {
    point(k).residuals.assign(&r(0, k), &r(0, k) + problem_.residuals);
    point(k).cost = criterion_of(problem_, point(k).residuals).cost;
  }
  state_.evaluated += count;
  state_.residual_evaluations += count;
  return state_.evaluated == planned ? take_planned() : std::nullopt;
}

std::optional<Outcome> Sampler::take_planned() {
  std::vector<InterpolationPoint> planned = std::move(state_.planned);
  state_.planned.clear();
  state_.evaluated = 0;
  if (state_.points.empty()) return take_start(std::move(planned.front()));
  if (state_.planned_for_noise) {
    take_noise(planned);
    return std::nullopt;
  }
  for (InterpolationPoint& point : planned) {
    if (std::isfinite(point.cost)) {
      state_.points.push_back(std::move(point));
      continue;
    }
    // The other side, nearer.
    std::vector<double> s = unknowns_.step_to(best().x, point.x);
    for (double& entry : s) entry /= -2;
    bool clipped = false;
    state_.planned.push_back({.x = unknowns_.move(best().x, s, clipped)});
  }
  if (!state_.planned.empty() && state_.retries++ < most_retries) return std::nullopt;
  state_.missing += static_cast<std::int64_t>(state_.planned.size());
  const bool all_failed = directions() == 0 && !state_.planned.empty();
  state_.planned.clear();
  state_.retries = 0;
  if (all_failed) {
    state_.missing = 0;
    state_.radius /= std::exp2(most_retries);
    if (state_.radius < options_.final_radius)
      return Outcome{Status::non_finite_input, "r holds a NaN or an infinity at every point tried around x"};
    state_.spacing = state_.radius;
  }
  best_to_front(state_.points);
  return std::nullopt;
}

std::optional<Outcome> Sampler::take_start(InterpolationPoint start) {
  state_.initial_cost = state_.window_cost = state_.restart_cost = start.cost;
  state_.first = start;
  state_.points.push_back(std::move(start));
  if (std::isfinite(best().cost)) return std::nullopt;
  const std::string message = "r holds a NaN or an infinity at x0";
  for (std::size_t i = 0; i < best().residuals.size(); ++i)
    if (!std::isfinite(best().residuals[i]))
      return Outcome{Status::non_finite_input, message + ", first in entry " + std::to_string(i)};
  return Outcome{Status::non_finite_input, message + ": its norm overflows"};
}

void Sampler::take_noise(const std::vector<InterpolationPoint>& line) {
  state_.planned_for_noise = false;
  std::vector<const std::vector<double>*> residuals{&best().residuals};
  for (const InterpolationPoint& point : line)
    if (std::isfinite(point.cost)) residuals.push_back(&point.residuals);
  if (residuals.size() == line.size() + 1) state_.additive_noise = estimate_noise(residuals).value_or(0);
  const InterpolationPoint& lowest = lowest_of(line);
  if (lowest.cost < best().cost)
    insert_point(state_.points, lowest, directions_of(state_.points, unknowns_), unknowns_, state_.dimensions,
                 state_.spacing);
}

void Sampler::plan_directions() {
  const Directions present = directions_of(state_.points, unknowns_);
  const std::int64_t count = state_.dimensions - present.size() - state_.missing;
  const bool along_axes = state_.dimensions == unknowns_.size() && present.size() == 0 && state_.iterations == 0;
  state_.planned = points_around(best().x, present.basis, unknowns_, state_.gradient, state_.spacing, count, along_axes,
                                 state_.seed, state_.draws);
  if (!along_axes) state_.draws += count;
  state_.missing += count - static_cast<std::int64_t>(state_.planned.size());
}

void Sampler::plan_noise() {
  state_.noise_was_estimated = true;
  const std::vector<InterpolationPoint> end =
      points_around(best().x, OrthogonalBasis(unknowns_.size()), unknowns_, state_.gradient, state_.radius, 1, false,
                    state_.seed, state_.draws++);
  if (end.empty()) return;
  state_.planned_for_noise = true;
  const std::vector<double> s = unknowns_.step_to(best().x, end.front().x);
  for (std::int64_t k = 1; k <= options_.noise_evaluations; ++k) {
    std::vector<double> part = s;
    for (double& entry : part) entry *= static_cast<double>(k) / static_cast<double>(options_.noise_evaluations);
    bool clipped = false;
    state_.planned.push_back({.x = unknowns_.move(best().x, part, clipped)});
  }
}

void Sampler::start_anew() {
  state_.points.resize(1);
  state_.missing = 0;
  state_.fresh = true;
}

}  // namespace croquis
