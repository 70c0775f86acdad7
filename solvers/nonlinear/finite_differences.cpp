#include "solvers/nonlinear/finite_differences.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "linalg/blas.hpp"
#include "solvers/nonlinear/box.hpp"

namespace croquis {
namespace {

constexpr std::int64_t batch = 64;

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

// The length t of the step t v; 0 for a direction that leads nowhere.
double step_along(const NonlinearProblem& problem, DifferenceScheme scheme, std::span<const double> x, const double* v,
                  double growth) {
  const double norm = norm2(static_cast<std::int64_t>(x.size()), v);
  if (norm == 0 || !std::isfinite(norm)) return 0;
  double scale = 0;
  std::int64_t moved = 0;
  std::size_t last = 0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    if (v[j] == 0) continue;
    scale = std::hypot(scale, magnitude(problem, x, j, growth));
    ++moved;
    last = j;
  }
  const double relative = scheme == DifferenceScheme::forward ? std::sqrt(roundoff) : std::cbrt(roundoff);
  const double t = relative * scale / norm;
  if (moved > 1) return t;
  double ahead = x[last] + t * v[last];
  if (scheme == DifferenceScheme::forward) {
    // Where a bound is near, the other way; where both are, to the farther.
    const Box box(problem);
    ahead = std::clamp(ahead, box.lower(last), box.upper(last));
    const double behind = std::clamp(x[last] - t * v[last], box.lower(last), box.upper(last));
    if (std::abs(behind - x[last]) > 2 * std::abs(ahead - x[last])) ahead = behind;
  }
  // volatile: the sum has to be rounded before the difference is taken.
  const volatile double moved_x = ahead;
  return (moved_x - x[last]) / v[last];
}

bool is_rounding(double ahead, double behind) {
  return std::abs(ahead - behind) <= rounding_errors * roundoff * std::abs(behind);
}

}  // namespace

void difference_quotients(ResidualFunction& residual, const NonlinearProblem& problem, DifferenceScheme scheme,
                          std::span<const double> x, std::span<const double> r, MatrixView<const double> v,
                          MatrixView<double> jv) {
  const bool central = scheme == DifferenceScheme::central;
  const std::int64_t sides = central ? 2 : 1;
  const std::int64_t n = v.rows;
  const std::int64_t m = jv.rows;
  const std::int64_t columns_at_once = std::min(batch, v.cols);
  auto points = Matrix<double>::uninitialized(n, columns_at_once * sides);
  auto values = Matrix<double>::uninitialized(m, columns_at_once * sides);
  std::vector<double> steps(static_cast<std::size_t>(columns_at_once));
  const auto place = [&](std::int64_t k, const double* direction, double t) {
    steps[static_cast<std::size_t>(k)] = t;
    for (std::int64_t j = 0; j < n; ++j) {
      points(j, k * sides) = x[static_cast<std::size_t>(j)] + t * direction[j];
      if (central) points(j, k * sides + 1) = x[static_cast<std::size_t>(j)] - t * direction[j];
    }
  };
  const auto evaluate = [&](std::int64_t first, std::int64_t count) {
    residual.evaluate_each(points.view().block(0, first * sides, n, count * sides),
                           values.view().block(0, first * sides, m, count * sides));
  };
  for (std::int64_t first = 0; first < v.cols; first += batch) {
    const std::int64_t count = std::min(batch, v.cols - first);
    for (std::int64_t k = 0; k < count; ++k)
      place(k, &v(0, first + k), step_along(problem, scheme, x, &v(0, first + k), 0));
    evaluate(0, count);
    for (std::int64_t k = 0; k < count; ++k) {
      const double* const direction = &v(0, first + k);
      const double* const ahead = &values(0, k * sides);
      const double* const behind = central ? &values(0, k * sides + 1) : r.data();
      std::vector<std::uint8_t> lost(static_cast<std::size_t>(m), 1);
      // Those of the residuals that the steps before have not shown.
      const auto take = [&](double t) {
        std::int64_t still = 0;
        const double factor = t == 0 ? 0 : 1 / (static_cast<double>(sides) * t);
        for (std::int64_t i = 0; i < m; ++i) {
          if (!lost[static_cast<std::size_t>(i)]) continue;
          jv(i, first + k) = (ahead[i] - behind[i]) * factor;
          if (is_rounding(ahead[i], behind[i])) {
            ++still;
          } else {
            lost[static_cast<std::size_t>(i)] = 0;
          }
        }
        return still;
      };
      const double t = steps[static_cast<std::size_t>(k)];
      std::int64_t still = take(t);
      const double longest = step_along(problem, scheme, x, direction, 1);
      const bool is_short = std::abs(t) < short_steps * std::abs(longest);
      for (int trial = 1; trial <= longer_steps && t != 0 && (still == m || (is_short && still > 0)); ++trial) {
        const double longer = step_along(problem, scheme, x, direction, static_cast<double>(trial) / longer_steps);
        if (!(std::abs(longer) > std::abs(t))) break;
        place(k, direction, longer);
        evaluate(k, 1);
        still = take(longer);
      }
    }
  }
}

}  // namespace croquis
