// Functions that no minimiser can do anything with.
#pragma once

#include <limits>
#include <span>

namespace croquis::test {

/// ||x||^2 with the gradient of its negative.
inline double square_with_wrong_gradient(std::span<const double> x, std::span<double> g) {
  double value = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    value += x[i] * x[i];
    g[i] = -2 * x[i];
  }
  return value;
}

/// NaN, with a gradient of ones.
inline double never_a_number(std::span<const double>, std::span<double> g) {
  for (double& entry : g) entry = 1;
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace croquis::test
