// How far to go along a Newton step.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "solvers/newton/newton_equations.hpp"
#include "solvers/newton/newton_point.hpp"
#include "solvers/newton/rounding_noise.hpp"

namespace croquis {

/// Armijo's condition, by the gradient where rounding errors hide the fall of f.
class NewtonLineSearch {
 public:
  NewtonLineSearch(NewtonProblem& problem, NewtonPoint& point, const NewtonEquations& equations, std::uint64_t seed)
      : problem_(problem), point_(point), equations_(equations), seed_(seed) {}

  /// Moves the point by the part of the step that is acceptable, tried from 1, and returns it; nothing if there is
  /// none. Where curvature may be lacking, a whole step goes on while f falls along it nearly as steeply as at its
  /// start.
  std::optional<double> take(const std::vector<double>& step, double slope);

  /// Whether rounding errors of f may be as large as the fall that its slope predicts.
  bool hidden(double predicted) const { return -predicted <= value_noise(); }

  /// Measures what rounding errors do at the current point; from then on values count as that uncertain.
  void measure_noise();
  /// Where it was last measured; zeros before.
  const RoundingNoise& noise() const { return noise_; }
  /// Whether rounding errors alone may be all that is left of the gradient.
  bool gradient_is_noise() const;

 private:
  bool moves(const std::vector<double>& step, double length, double predicted, double& value);
  double moves_on(const std::vector<double>& step, double slope);
  bool acceptable(double value, double predicted) const;
  double value_noise() const;

  NewtonProblem& problem_;
  NewtonPoint& point_;
  const NewtonEquations& equations_;
  std::uint64_t seed_;
  RoundingNoise noise_;
};

}  // namespace croquis
