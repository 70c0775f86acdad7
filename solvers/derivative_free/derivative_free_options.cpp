#include "solvers/derivative_free/derivative_free_options.hpp"

#include <cmath>
#include <string>

#include <croquis/errors.hpp>

#include "linalg/check.hpp"
#include "solvers/conclude.hpp"
#include "solvers/derivative_free/scaled_unknowns.hpp"
#include "solvers/nonlinear/criterion.hpp"
#include "solvers/nonlinear/residual_function.hpp"
#include "solvers/option_checks.hpp"

namespace croquis {
namespace {

void check_positive(double value, const char* name) {
  if (!(value > 0 && std::isfinite(value)))
    throw InvalidOption(std::string(name) + " is " + scientific(value) + " but must be positive and finite");
}

void check_noise(double value, const char* name) {
  if (!(value >= 0 && std::isfinite(value)))
    throw InvalidOption(std::string(name) + " is " + scientific(value) + " but must be finite and not negative");
}

void check_length(const std::vector<double>& values, std::int64_t length, const std::string& name) {
  check_shape(static_cast<std::int64_t>(values.size()), 1, length, 1, name.c_str(), "the problem has other sizes");
}

void check_finite(const std::vector<double>& values, const std::string& name) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      throw InvalidOption(name + "[" + std::to_string(i) + "] is " + scientific(values[i]) + " but must be finite");
}

// Of a cost, by another machine's order of additions, or by printing it.
constexpr double most_rounding = 1e-6;

// Residuals may be NaN, where the problem has none; their cost has to be what they make.
void check_cost(const NonlinearProblem& problem, const InterpolationPoint& point, const std::string& name) {
  const double cost = criterion_of(problem, point.residuals).cost;
  const bool is_same =
      std::isfinite(cost) ? std::abs(point.cost - cost) <= most_rounding * cost : !std::isfinite(point.cost);
  if (!is_same)
    throw InvalidOption(name + ".cost is " + scientific(point.cost) + " but its residuals make " + scientific(cost));
}

// An evaluated point.
void check_point(const NonlinearProblem& problem, const InterpolationPoint& point, const std::string& name) {
  check_length(point.x, problem.unknowns, name + ".x");
  check_length(point.residuals, problem.residuals, name + ".residuals");
  check_finite(point.x, name + ".x");
  check_cost(problem, point, name);
}

void check_one_point(const NonlinearProblem& problem, const std::vector<InterpolationPoint>& points,
                     const std::string& name) {
  if (points.size() > 1)
    throw InvalidOption(name + " holds " + std::to_string(points.size()) + " points but may hold one");
  if (!points.empty()) check_point(problem, points.front(), name + "[0]");
}

}  // namespace

void check_options(const DerivativeFreeOptions& options) {
  check_at_least("dimensions", options.dimensions, 0);
  check_positive(options.initial_radius, "initial_radius");
  check_positive(options.final_radius, "final_radius");
  if (options.final_radius > options.initial_radius)
    throw InvalidOption("final_radius is " + scientific(options.final_radius) +
                        " but must not be larger than initial_radius, " + scientific(options.initial_radius));
  check_at_least("evaluation_limit", options.evaluation_limit, 0);
  check_tolerance("residual_tolerance", options.residual_tolerance);
  check_tolerance("cost_tolerance", options.cost_tolerance);
  check_noise(options.additive_noise, "additive_noise");
  check_noise(options.relative_noise, "relative_noise");
  if (options.noise_evaluations != 0 && options.noise_evaluations < 4)
    throw InvalidOption("noise_evaluations is " + std::to_string(options.noise_evaluations) +
                        " but must be 0 or at least 4");
  check_at_least("fruitless_restarts", options.fruitless_restarts, 0);
}

void check_state(const NonlinearProblem& problem, const DerivativeFreeState& state) {
  if (state.points.empty()) throw InvalidOption("the state holds no points: it is not that of an earlier call");
  check_problem(problem, state.points.front().x, "points[0].x");
  const auto planned = static_cast<std::int64_t>(state.planned.size());
  if (state.evaluated < 0 || state.evaluated > planned)
    throw InvalidOption("evaluated is " + std::to_string(state.evaluated) + " but " + std::to_string(planned) +
                        " points are planned");
  for (std::size_t k = 0; k < state.points.size(); ++k)
    check_point(problem, state.points[k], "points[" + std::to_string(k) + "]");
  for (std::size_t k = 0; k < state.planned.size(); ++k) {
    const std::string name = "planned[" + std::to_string(k) + "]";
    if (static_cast<std::int64_t>(k) < state.evaluated) {
      check_point(problem, state.planned[k], name);
      continue;
    }
    check_length(state.planned[k].x, problem.unknowns, name + ".x");
    check_finite(state.planned[k].x, name + ".x");
  }
  check_one_point(problem, state.trial, "trial");
  check_one_point(problem, state.aside, "aside");
  check_point(problem, state.first, "first");
  // A larger one would pass for a decrease to any part of it.
  if (!(state.initial_cost >= state.points.front().cost * (1 - most_rounding) && std::isfinite(state.initial_cost)))
    throw InvalidOption("initial_cost is " + scientific(state.initial_cost) +
                        " but must be finite, and not below that of points[0], " +
                        scientific(state.points.front().cost));
  check_length(state.scale, problem.unknowns, "scale");
  for (const double entry : state.scale) check_positive(entry, "an entry of scale");
  const ScaledUnknowns unknowns(problem, state.scale);
  if (!state.gradient.empty()) check_length(state.gradient, unknowns.size(), "gradient");
  check_finite(state.gradient, "gradient");
  if (!state.column_norms.empty()) check_length(state.column_norms, unknowns.size(), "column_norms");
  for (const double norm : state.column_norms) check_noise(norm, "an entry of column_norms");
  check_noise(state.column_unit, "column_unit");
  check_noise(state.additive_noise, "additive_noise");
  check_noise(state.relative_noise, "relative_noise");
  check_positive(state.radius, "radius");
  check_positive(state.spacing, "spacing");
  check_at_least("missing", state.missing, 0);
  check_at_least("dimensions", state.dimensions, 0);
  check_at_least("draws", state.draws, 0);
  if (state.dimensions == 0 && unknowns.size() > 0) throw InvalidOption("dimensions is 0 but must be at least 1");
}

}  // namespace croquis
