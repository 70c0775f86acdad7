#include "tools/fitted_model.hpp"

#include <algorithm>
#include <cmath>

namespace croquis::tools {

std::vector<std::int64_t> FittedModel::order() const {
  std::vector<std::int64_t> columns;
  const std::int64_t n = problem.a.cols();
  if (intercept) columns.push_back(n - 1);
  for (std::int64_t j = 0; j < n - (intercept ? 1 : 0); ++j) columns.push_back(j);
  return columns;
}

std::string FittedModel::name(std::int64_t j) const {
  if (intercept && j == problem.a.cols() - 1) return "(intercept)";
  const std::string given = coefficient_name(problem.a.column_names, j);
  return given.empty() ? "x[" + std::to_string(j) + "]" : given;
}

Matrix<double> FittedModel::covariance() const {
  const std::vector<std::int64_t> columns = order();
  const auto n = static_cast<std::int64_t>(columns.size());
  Matrix<double> result(n, n);
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i < n; ++i)
      result(i, j) = model.covariance(columns[static_cast<std::size_t>(i)], columns[static_cast<std::size_t>(j)]);
  return result;
}

std::string FittedModel::response() const { return problem.a.target_name.empty() ? "b" : problem.a.target_name; }

std::vector<double> FittedModel::residual_quantiles() const {
  std::vector<double> sorted = model.residuals;
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> quantiles;
  for (const double probability : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const double place = probability * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    quantiles.push_back(sorted[below] + (place - std::floor(place)) * (sorted[above] - sorted[below]));
  }
  return quantiles;
}

}  // namespace croquis::tools
