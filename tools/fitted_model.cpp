#include "tools/fitted_model.hpp"

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

std::vector<Coefficient> FittedModel::coefficients() const {
  std::vector<Coefficient> result;
  for (const std::int64_t column : order()) {
    const auto j = static_cast<std::size_t>(column);
    result.push_back(
        {name(column), model.coefficients[j], model.standard_errors[j], model.t_values[j], model.p_values[j]});
  }
  return result;
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

}  // namespace croquis::tools
