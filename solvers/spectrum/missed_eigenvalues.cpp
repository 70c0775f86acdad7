#include "solvers/spectrum/missed_eigenvalues.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace croquis {

double missed_probability(double threshold, double top, double bottom, const RandomKrylovSpace& space) {
  const double gap = threshold - top;
  const double width = top - bottom;
  if (!(gap > 0) || space.steps < 1) return 1;
  if (width <= 0) return 0;
  // log cosh(t) = t + log(1 + exp(-2 t)) - log 2
  const double t = static_cast<double>(space.steps - 1) * std::acosh(1 + 2 * gap / width);
  const double log_polynomial = t + std::log1p(std::exp(-2 * t)) - std::numbers::ln2;
  const double log_component = 0.5 * std::log(std::numbers::pi / (2 * static_cast<double>(space.n)));
  const double log_probability =
      -static_cast<double>(space.block) * (log_component + log_polynomial + 0.5 * std::log(gap / width));
  return std::min(1.0, std::exp(log_probability));
}

}  // namespace croquis
