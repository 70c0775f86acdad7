#include "solvers/nonlinear/finite_differences.hpp"

#include <algorithm>
#include <vector>

#include "solvers/nonlinear/difference_steps.hpp"
#include "solvers/nonlinear/refined_quotients.hpp"

namespace croquis {
namespace {

constexpr std::int64_t batch = 64;
// Extrapolated differences evaluate a direction often, so fewer directions go at once where there are many residuals.
constexpr std::int64_t most_values = std::int64_t{1} << 25;

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
  RefinedQuotients refined(residual, problem, scheme, x, r);
  std::vector<DifferenceSteps> steps(static_cast<std::size_t>(columns_at_once));
  for (std::int64_t first = 0; first < v.cols; first += columns_at_once) {
    const std::int64_t count = std::min(columns_at_once, v.cols - first);
    std::int64_t used = 0;
    for (std::int64_t k = 0; k < count; ++k) {
      const double* const direction = &v(0, first + k);
      const DifferenceSteps& along = steps[static_cast<std::size_t>(k)] =
          difference_steps(problem, scheme, x, direction);
      used += refined.place(along, direction, points.view().block(0, used, n, points.cols() - used));
    }
    residual.evaluate_each(points.view().block(0, 0, n, used), values.view().block(0, 0, m, used));
    std::int64_t point = 0;
    for (std::int64_t k = 0; k < count; ++k) {
      const DifferenceSteps& along = steps[static_cast<std::size_t>(k)];
      const std::int64_t of_column = levels * (along.central ? 2 : 1);
      refined.write(&v(0, first + k), along, values.view().block(0, point, m, of_column), &jv(0, first + k));
      point += of_column;
    }
  }
}

}  // namespace croquis
