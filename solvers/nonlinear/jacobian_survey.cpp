#include "solvers/nonlinear/jacobian_survey.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/dot.hpp"

namespace croquis {
namespace {

constexpr std::int64_t columns_at_once = 64;

}  // namespace

bool JacobianSurvey::finite() const {
  const auto is_finite = [](double value) { return std::isfinite(value); };
  return std::ranges::all_of(column_norms, is_finite) && std::ranges::all_of(gradient, is_finite);
}

double JacobianSurvey::most_promising() const {
  double most = 0;
  for (std::size_t j = 0; j < gradient.size(); ++j) {
    const double projection = column_norms[j] > 0 ? gradient[j] / column_norms[j] : 0;
    most = std::max(most, projection * projection / 2);
  }
  return most;
}

JacobianSurvey survey_jacobian(JacobianSource& source, const NonlinearProblem& problem, const ResidualPoint& point) {
  const std::int64_t m = problem.residuals;
  const std::int64_t n = problem.unknowns;
  const std::vector<double>& r = point.model_residual();
  source.require(n);
  JacobianSurvey survey;
  Matrix<double> identity(n, std::min(columns_at_once, n));
  auto columns = Matrix<double>::uninitialized(m, identity.cols());
  for (std::int64_t first = 0; first < n; first += identity.cols()) {
    const std::int64_t count = std::min(identity.cols(), n - first);
    for (std::int64_t k = 0; k < count; ++k) identity(first + k, k) = 1;
    source.multiply(std::as_const(identity).view().block(0, 0, n, count), columns.view().block(0, 0, m, count));
    for (std::int64_t k = 0; k < count; ++k) {
      identity(first + k, k) = 0;
      double* column = &columns(0, k);
      for (std::size_t i = 0; i < point.row_scale.size(); ++i) column[i] *= point.row_scale[i];
      survey.column_norms.push_back(norm2(m, column));
      survey.gradient.push_back(dot(m, column, r.data()));
    }
  }
  return survey;
}

}  // namespace croquis
