// Noise in residuals: how large it is, and what it hides.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <croquis/solvers/derivative_free_least_squares.hpp>

namespace croquis {

/// What is known of errors e_i in computed residuals r_i: independent, of standard deviation
/// sqrt(additive^2 + (relative r_i)^2).
struct NoiseLevel {
  double additive = 0;
  double relative = 0;

  bool known() const { return additive > 0 || relative > 0; }
  /// The standard deviation of the norm of the difference of two residual vectors near a point, all of it noise; rows
  /// scaled as in the cost.
  double of_difference(const NonlinearProblem& problem, const std::vector<double>& r) const;
  /// And of the difference of their costs.
  double of_cost_difference(const NonlinearProblem& problem, const std::vector<double>& r) const;
};

/// The noise in residuals evaluated at equally spaced points of a line, the root of the mean square over their entries;
/// nothing where what is seen may as well be the residuals themselves. At least four points.
///
/// Differences of order k of a smooth function vanish with the spacing, those of noise have the variance
/// (2 k)! / (k!)^2 times that of the noise. Three orders in a row that agree to a factor of four are noise. Source:
/// More and Wild, Estimating computational noise, SIAM J. Sci. Comput. 33, 2011.
std::optional<double> estimate_noise(const std::vector<const std::vector<double>*>& residuals);

}  // namespace croquis
