// Which points the residuals are evaluated at, and what becomes of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <croquis/solvers/derivative_free_least_squares.hpp>

#include "solvers/derivative_free/scaled_unknowns.hpp"
#include "solvers/nonlinear/residual_function.hpp"

namespace croquis {

/// How a solve ends.
struct Outcome {
  Status status;
  std::string message;
};

/// Plans points in a state, evaluates them, as many at a time as may be, and lets them join the set.
class Sampler {
 public:
  /// All four must outlive it.
  Sampler(const NonlinearProblem& problem, const DerivativeFreeOptions& options, const ScaledUnknowns& unknowns,
          DerivativeFreeState& state)
      : problem_(problem), options_(options), unknowns_(unknowns), state_(state), residual_(problem) {}

  /// Evaluations by this object.
  std::int64_t evaluations() const { return residual_.evaluations(); }
  /// Whether points are planned that have not joined the set.
  bool is_busy() const { return !state_.planned.empty(); }
  /// Evaluates planned points, at most so many of them; when the last is done, they join the set. An outcome where none
  /// of them, nor x0, has residuals that are finite.
  std::optional<Outcome> proceed(std::int64_t most);
  /// A point of its own.
  InterpolationPoint evaluated(std::vector<double> x);

  /// Plans points that extend the set to the dimensions it is to have; `missing` counts those there is no room for.
  void plan_directions();
  /// Plans points on a line through the best one, together as long as the radius.
  void plan_noise();
  /// Keeps only the best point.
  void start_anew();

 private:
  std::optional<Outcome> take_planned();
  std::optional<Outcome> take_start(InterpolationPoint start);
  void take_noise(const std::vector<InterpolationPoint>& line);
  InterpolationPoint& best() { return state_.points.front(); }
  std::int64_t directions() const { return static_cast<std::int64_t>(state_.points.size()) - 1; }

  const NonlinearProblem& problem_;
  const DerivativeFreeOptions& options_;
  const ScaledUnknowns& unknowns_;
  DerivativeFreeState& state_;
  ResidualFunction residual_;
};

}  // namespace croquis
