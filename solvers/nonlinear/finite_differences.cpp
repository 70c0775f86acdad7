#include "solvers/nonlinear/finite_differences.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "linalg/blas.hpp"
#include "solvers/nonlinear/box.hpp"
#include "solvers/nonlinear/extrapolation.hpp"

namespace croquis {
namespace {

constexpr std::int64_t batch = 64;
// Extrapolated differences evaluate a direction often, so fewer directions go at once where there are many residuals.
constexpr std::int64_t most_values = std::int64_t{1} << 25;

constexpr double roundoff = std::numeric_limits<double>::epsilon();
// A difference of residuals of up to so many roundoffs of them tells little but rounding.
constexpr double rounding_errors = 1000;
// Steps this much shorter than for magnitudes of one are not trusted where they show nothing in a single residual.
constexpr double short_steps = 1e-6;
// How often a step is made longer that shows nothing else.
constexpr int longer_steps = 3;

// `growth` in [0, 1] leads from the magnitude of an unknown to one, by powers.
double magnitude(const NonlinearProblem& problem, std::span<const double> x, std::size_t j, double growth) {
  if (!problem.typical_x.empty()) return problem.typical_x[j];
  const double size = std::abs(x[j]);
  return size == 0 ? 1 : size >= 1 ? size : std::pow(size, 1 - growth);
}

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

// Where to evaluate along a direction v: at x + t v for the first `steps` of these t, and at x - t v if `central`.
struct Steps {
  std::array<double, extrapolation_levels> t = {};
  bool central = false;
};

// volatile: the sum has to be rounded before the difference is taken.
double rounded_step(double x, double step) {
  const volatile double moved = x + step;
  return moved - x;
}

Steps steps_along(const NonlinearProblem& problem, DifferenceScheme scheme, std::span<const double> x, const double* v,
                  double growth = 0) {
  Steps steps{.central = scheme != DifferenceScheme::forward};
  const double norm = norm2(static_cast<std::int64_t>(x.size()), v);
  if (norm == 0 || !std::isfinite(norm)) return steps;
  double scale = 0;
  std::int64_t moved = 0;
  std::size_t last = 0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    if (v[j] == 0) continue;
    scale = std::hypot(scale, magnitude(problem, x, j, growth));
    ++moved;
    last = j;
  }
  double t = relative_step(scheme) * scale / norm;
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

bool is_rounding(double ahead, double behind) {
  return std::abs(ahead - behind) <= rounding_errors * roundoff * std::abs(behind);
}

// Derivatives along v by longer steps, for those of the residuals whose differences `ahead` - `behind` are lost.
void lengthen(ResidualFunction& residual, const NonlinearProblem& problem, DifferenceScheme scheme,
              std::span<const double> x, const double* v, const Steps& along, std::span<const double> ahead,
              std::span<const double> behind, double* derivatives) {
  std::vector<std::size_t> lost;
  for (std::size_t i = 0; i < ahead.size(); ++i)
    if (is_rounding(ahead[i], behind[i])) lost.push_back(i);
  if (lost.empty() || along.t[0] == 0) return;
  const bool is_short = std::abs(along.t[0]) < short_steps * std::abs(steps_along(problem, scheme, x, v, 1).t[0]);
  if (lost.size() < ahead.size() && !is_short) return;
  const auto m = static_cast<std::int64_t>(ahead.size());
  const auto n = static_cast<std::int64_t>(x.size());
  const std::int64_t sides = along.central ? 2 : 1;
  Matrix<double> points(n, sides), values(m, sides);
  for (int trial = 1; trial <= longer_steps && !lost.empty(); ++trial) {
    const double t = steps_along(problem, scheme, x, v, static_cast<double>(trial) / longer_steps).t[0];
    if (!(std::abs(t) > std::abs(along.t[0]))) return;
    for (std::int64_t j = 0; j < n; ++j) {
      points(j, 0) = x[static_cast<std::size_t>(j)] + t * v[j];
      if (sides == 2) points(j, 1) = x[static_cast<std::size_t>(j)] - t * v[j];
    }
    residual.evaluate_each(points.view(), values.view());
    std::erase_if(lost, [&](std::size_t i) {
      const double to = values(static_cast<std::int64_t>(i), 0);
      const double from = sides == 2 ? values(static_cast<std::int64_t>(i), 1) : behind[i];
      derivatives[i] = (to - from) / (static_cast<double>(sides) * t);
      return !is_rounding(to, from);
    });
    // Once some residual has shown, only a step that is very short may hide the others.
    if (lost.size() < ahead.size() && !is_short) return;
  }
}

}  // namespace

std::int64_t evaluations_of(DifferenceScheme scheme) {
  switch (scheme) {
    case DifferenceScheme::forward:
      return 1;
    case DifferenceScheme::central:
      return 2;
    case DifferenceScheme::extrapolated:
      break;
  }
  return 2 * extrapolation_levels;
}

void difference_quotients(ResidualFunction& residual, const NonlinearProblem& problem, DifferenceScheme scheme,
                          std::span<const double> x, std::span<const double> r, MatrixView<const double> v,
                          MatrixView<double> jv) {
  const bool extrapolates = scheme == DifferenceScheme::extrapolated;
  const std::int64_t n = v.rows;
  const std::int64_t m = jv.rows;
  const std::int64_t levels = extrapolates ? extrapolation_levels : 1;
  const std::int64_t most_points = scheme == DifferenceScheme::forward ? 1 : 2 * levels;  // of a direction
  std::int64_t columns_at_once = std::min(batch, v.cols);
  if (extrapolates) columns_at_once = std::clamp<std::int64_t>(most_values / (most_points * m), 1, columns_at_once);
  auto points = Matrix<double>::uninitialized(n, columns_at_once * most_points);
  auto values = Matrix<double>::uninitialized(m, columns_at_once * most_points);
  std::vector<Steps> steps(static_cast<std::size_t>(columns_at_once));
  for (std::int64_t first = 0; first < v.cols; first += columns_at_once) {
    const std::int64_t count = std::min(columns_at_once, v.cols - first);
    std::int64_t used = 0;
    for (std::int64_t k = 0; k < count; ++k) {
      const double* const direction = &v(0, first + k);
      const Steps& along = steps[static_cast<std::size_t>(k)] = steps_along(problem, scheme, x, direction);
      for (std::int64_t level = 0; level < levels; ++level)
        for (const double side : {1.0, -1.0}) {
          if (side < 0 && !along.central) continue;
          const double t = side * along.t[static_cast<std::size_t>(level)];
          for (std::int64_t j = 0; j < n; ++j) points(j, used) = x[static_cast<std::size_t>(j)] + t * direction[j];
          ++used;
        }
    }
    residual.evaluate_each(points.view().block(0, 0, n, used), values.view().block(0, 0, m, used));
    std::int64_t point = 0;
    for (std::int64_t k = 0; k < count; ++k) {
      const Steps& along = steps[static_cast<std::size_t>(k)];
      const std::int64_t sides = along.central ? 2 : 1;
      std::array<double, extrapolation_levels> factors = {};
      for (std::int64_t level = 0; level < levels; ++level) {
        const double t = along.t[static_cast<std::size_t>(level)];
        factors[static_cast<std::size_t>(level)] = t == 0 ? 0 : 1 / (static_cast<double>(sides) * t);
      }
      for (std::int64_t i = 0; i < m; ++i) {
        std::array<double, extrapolation_levels> quotients = {};
        for (std::int64_t level = 0; level < levels; ++level) {
          const double behind = along.central ? values(i, point + level * sides + 1) : r[static_cast<std::size_t>(i)];
          quotients[static_cast<std::size_t>(level)] =
              (values(i, point + level * sides) - behind) * factors[static_cast<std::size_t>(level)];
        }
        jv(i, first + k) = extrapolates ? extrapolated(quotients, along.central) : quotients[0];
      }
      if (!extrapolates) {
        const auto rows = static_cast<std::size_t>(m);
        const double* const behind = along.central ? &values(0, point + 1) : r.data();
        lengthen(residual, problem, scheme, x, &v(0, first + k), along, {&values(0, point), rows}, {behind, rows},
                 &jv(0, first + k));
      }
      point += levels * sides;
    }
  }
}

}  // namespace croquis
