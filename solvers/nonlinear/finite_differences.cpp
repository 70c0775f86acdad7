#include "solvers/nonlinear/finite_differences.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "linalg/blas.hpp"
#include "solvers/nonlinear/box.hpp"

namespace croquis {
namespace {

constexpr std::int64_t batch = 64;

double magnitude(const NonlinearProblem& problem, std::span<const double> x, std::size_t j) {
  if (!problem.typical_x.empty()) return problem.typical_x[j];
  return x[j] == 0 ? 1 : std::abs(x[j]);
}

// The length t of the step t v; 0 for a direction that leads nowhere.
double step_along(const NonlinearProblem& problem, DifferenceScheme scheme, std::span<const double> x,
                  const double* v) {
  const double norm = norm2(static_cast<std::int64_t>(x.size()), v);
  if (norm == 0 || !std::isfinite(norm)) return 0;
  double scale = 0;
  std::int64_t moved = 0;
  std::size_t last = 0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    if (v[j] == 0) continue;
    scale = std::hypot(scale, magnitude(problem, x, j));
    ++moved;
    last = j;
  }
  constexpr double roundoff = std::numeric_limits<double>::epsilon();
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
  for (std::int64_t first = 0; first < v.cols; first += batch) {
    const std::int64_t count = std::min(batch, v.cols - first);
    for (std::int64_t k = 0; k < count; ++k) {
      const double* const direction = &v(0, first + k);
      const double t = steps[static_cast<std::size_t>(k)] = step_along(problem, scheme, x, direction);
      for (std::int64_t j = 0; j < n; ++j) {
        points(j, k * sides) = x[static_cast<std::size_t>(j)] + t * direction[j];
        if (central) points(j, k * sides + 1) = x[static_cast<std::size_t>(j)] - t * direction[j];
      }
    }
    residual.evaluate_each(points.view().block(0, 0, n, count * sides), values.view().block(0, 0, m, count * sides));
    for (std::int64_t k = 0; k < count; ++k) {
      const double t = steps[static_cast<std::size_t>(k)];
      const double factor = t == 0 ? 0 : 1 / (static_cast<double>(sides) * t);
      const double* const ahead = &values(0, k * sides);
      const double* const behind = central ? &values(0, k * sides + 1) : r.data();
      for (std::int64_t i = 0; i < m; ++i) jv(i, first + k) = (ahead[i] - behind[i]) * factor;
    }
  }
}

}  // namespace croquis
