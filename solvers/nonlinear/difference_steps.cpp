#include "solvers/nonlinear/difference_steps.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/blas.hpp"
#include "solvers/nonlinear/box.hpp"

namespace croquis {
namespace {

constexpr double roundoff = std::numeric_limits<double>::epsilon();
// Steps are at least so many roundoffs of x.
constexpr double least_roundoffs = 16;

double magnitude(const NonlinearProblem& problem, DifferenceScheme scheme, std::span<const double> x, std::size_t j,
                 double growth) {
  const double size = std::abs(x[j]);
  if (!problem.typical_x.empty())
    return std::max(problem.typical_x[j], least_roundoffs * roundoff / relative_step(scheme) * size);
  return size == 0 ? 1 : size >= 1 ? size : std::pow(size, 1 - growth);
}

// volatile: the sum has to be rounded before the difference is taken.
double rounded_step(double x, double step) {
  const volatile double moved = x + step;
  return moved - x;
}

}  // namespace

double relative_step(DifferenceScheme scheme) {
  switch (scheme) {
    case DifferenceScheme::forward:
      return std::sqrt(roundoff);
    case DifferenceScheme::central:
      return std::cbrt(roundoff);
    case DifferenceScheme::extrapolated:
      break;
  }
  return 1.0 / 32;
}

DifferenceSteps difference_steps(const NonlinearProblem& problem, DifferenceScheme scheme, std::span<const double> x,
                                 const double* v, double growth, double part) {
  DifferenceSteps steps{.central = scheme != DifferenceScheme::forward};
  const double norm = norm2(static_cast<std::int64_t>(x.size()), v);
  if (norm == 0 || !std::isfinite(norm)) return steps;
  double scale = 0;
  std::int64_t moved = 0;
  std::size_t last = 0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    if (v[j] == 0) continue;
    scale = std::hypot(scale, magnitude(problem, scheme, x, j, growth));
    ++moved;
    last = j;
  }
  double t = part * relative_step(scheme) * scale / norm;
  if (moved == 1) {
    const Box box(problem);
    const double ahead = std::clamp(x[last] + t * v[last], box.lower(last), box.upper(last)) - x[last];
    const double behind = std::clamp(x[last] - t * v[last], box.lower(last), box.upper(last)) - x[last];
    const double farther = std::abs(behind) > std::abs(ahead) ? behind : ahead;
    if (scheme == DifferenceScheme::forward) {
      // Where a bound is near, the other way; where both are, to the farther.
      t = (std::abs(behind) > 2 * std::abs(ahead) ? behind : ahead) / v[last];
    } else if (scheme == DifferenceScheme::extrapolated &&
               std::min(std::abs(ahead), std::abs(behind)) < 0.9 * std::abs(t * v[last])) {
      steps.central = false;
      t = farther / v[last];
    }
  }
  for (double& step : steps.t) {
    step = moved == 1 ? rounded_step(x[last], t * v[last]) / v[last] : t;
    t /= extrapolation_ratio;
  }
  return steps;
}

}  // namespace croquis
