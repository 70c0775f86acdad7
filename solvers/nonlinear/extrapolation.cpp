#include "solvers/nonlinear/extrapolation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace croquis {

Extrapolation extrapolated(const std::array<double, extrapolation_levels>& quotients, bool central) {
  std::array<double, extrapolation_levels> before;
  std::array<double, extrapolation_levels> row;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Extrapolation best{std::numeric_limits<double>::quiet_NaN(), infinity};
  std::size_t rows = 0;  // of the scheme so far
  for (const double quotient : quotients) {
    row[0] = quotient;
    if (!std::isfinite(quotient)) {
      best = {quotient, infinity};
      rows = 0;
      continue;
    }
    if (rows == 0) best = {quotient, infinity};
    double power = 1;
    for (std::size_t j = 1; j <= rows; ++j) {
      power *= central ? extrapolation_ratio * extrapolation_ratio : extrapolation_ratio;
      row[j] = row[j - 1] + (row[j - 1] - before[j - 1]) / (power - 1);
      const double error = std::max(std::abs(row[j] - row[j - 1]), std::abs(row[j] - before[j - 1]));
      if (error < best.error) best = {row[j], error};
    }
    before = row;
    ++rows;
  }
  return best;
}

}  // namespace croquis
