#include "tools/fit_text.hpp"

#include <cmath>

#include "tools/number_text.hpp"

namespace croquis::tools {
namespace {

std::string quality(const LinearModel& model) {
  std::string text = "Residual standard error: " + formatted("%.4g", model.residual_standard_error) + " on " +
                     std::to_string(model.degrees_of_freedom) + " degrees of freedom\n";
  text += "Multiple R-squared: " + or_not_available("%.4g", model.r_squared) +
          ", adjusted R-squared: " + or_not_available("%.4g", model.adjusted_r_squared) + "\n";
  if (!std::isnan(model.f_statistic))
    text += "F-statistic: " + formatted("%.4g", model.f_statistic) + " on " +
            std::to_string(model.model_degrees_of_freedom) + " and " + std::to_string(model.degrees_of_freedom) +
            " degrees of freedom, p-value: " + probability_text(model.f_p_value) + "\n";
  return text;
}

}  // namespace

std::string text_report(const FitOptions& options, const FittedModel& fitted) {
  const LinearModel& model = fitted.model;
  const std::int64_t terms = fitted.problem.a.cols() - (fitted.intercept ? 1 : 0);
  std::string text = fitted.response() + " on " + std::to_string(terms) + (terms == 1 ? " column" : " columns") +
                     (fitted.intercept ? " and an intercept, " : ", no intercept, ") +
                     std::to_string(fitted.problem.a.rows()) + " rows of " + options.a.filename().string() + "\n";
  text.append("\nResiduals:\n").append(residual_table(fitted.residual_quantiles()));
  text += "\nCoefficients:";
  if (!model.aliased.empty())
    text += " (" + std::to_string(model.aliased.size()) + " not available because of linear dependence)";
  text.append("\n").append(coefficient_table(fitted.coefficients()));
  text.append("\n").append(quality(model));
  text.append("\n").append(model.message).append("\n");
  for (const auto& [name, path] : {std::pair("coefficients", options.output), {"covariance", options.covariance}})
    if (path) text += std::string(name) + " written to " + path->string() + "\n";
  return text;
}

}  // namespace croquis::tools
