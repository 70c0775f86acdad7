#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <croquis/solvers/nonlinear_least_squares.hpp>

#include "linalg/blas.hpp"
#include "linalg/gram.hpp"
#include "solvers/cholesky_qr.hpp"
#include "solvers/distributions.hpp"
#include "solvers/nonlinear/modeller.hpp"

namespace croquis {

NonlinearStatistics nonlinear_statistics(const NonlinearProblem& problem, std::span<const double> x) {
  check_problem(problem, x, "x");
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  const std::int64_t n = problem.unknowns;
  NonlinearStatistics result;
  result.residual_standard_error = unknown;
  result.standard_errors.assign(static_cast<std::size_t>(n), unknown);
  result.t_values = result.p_values = result.standard_errors;
  result.covariance = Matrix<double>(n, n);
  std::fill(result.covariance.entries().begin(), result.covariance.entries().end(), unknown);
  NonlinearProblem without_bounds = problem;
  without_bounds.lower = without_bounds.upper = {};
  ResidualFunction residual(without_bounds);
  const ResidualPoint point = evaluate_first(residual, without_bounds, {x.begin(), x.end()});
  // Rows of weight zero, or that a loss ignores, tell nothing.
  result.degrees_of_freedom = problem.residuals - n - std::count(point.row_scale.begin(), point.row_scale.end(), 0.0);
  if (result.degrees_of_freedom <= 0 || !std::isfinite(point.cost)) return result;
  const NonlinearOptions whole{.method = NonlinearMethod::full};
  Modeller modeller(without_bounds, whole, residual, false);
  const std::optional<Linearization> linear = modeller.model_at(point, nullptr);
  if (!linear) return result;
  const double error = point.residual_norm() / std::sqrt(static_cast<double>(result.degrees_of_freedom));
  result.residual_standard_error = error / residual.unit().scale();
  if (!linear->steps.full_rank()) return result;

  Matrix<double> inverse = inverse_of_triangle<double>(linear->model.r.view());
  for (double& entry : inverse.entries()) entry *= error;
  result.covariance = gram<double>(inverse.view().transposed());
  for (std::int64_t j = 0; j < n; ++j) {
    const auto place = static_cast<std::size_t>(j);
    result.standard_errors[place] = norm2(n, inverse.data() + j, n);
    result.t_values[place] = x[place] / result.standard_errors[place];
    result.p_values[place] =
        two_sided_t_probability(result.t_values[place], static_cast<double>(result.degrees_of_freedom));
    for (std::int64_t i = 0; i < j; ++i) result.covariance(j, i) = result.covariance(i, j);
  }
  return result;
}

}  // namespace croquis
