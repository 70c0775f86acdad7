#include "tools/curve_report.hpp"

#include <limits>

#include <croquis/version.hpp>

#include "tools/json_text.hpp"
#include "tools/number_text.hpp"

namespace croquis::tools {
namespace {

// Rows of numbers; of a matrix without entries, null.
Json matrix_json(const Matrix<double>& matrix) {
  if (matrix.rows() == 0) return nullptr;
  Json rows = Json::array();
  for (std::int64_t i = 0; i < matrix.rows(); ++i) {
    Json row = Json::array();
    for (std::int64_t j = 0; j < matrix.cols(); ++j) row.push_back(matrix(i, j));
    rows.push_back(row);
  }
  return rows;
}

Json residuals_json(const std::vector<double>& residuals) {
  if (residuals.empty()) return nullptr;
  const std::vector<double> quantiles = residual_quantiles(residuals);
  return {{"min", quantiles[0]},
          {"first_quartile", quantiles[1]},
          {"median", quantiles[2]},
          {"third_quartile", quantiles[3]},
          {"max", quantiles[4]}};
}

}  // namespace

std::string text_report(const FitOptions& options, const CurveFit& curve) {
  std::string text = curve.response + " ~ " + *options.model + ", " + std::to_string(curve.rows) + " rows of " +
                     options.a.filename().string();
  if (curve.weighted) text += ", weights " + *options.weights;
  if (curve.loss != LossFunction::squares)
    text += ", " + to_string(curve.loss) + " loss of scale " + formatted("%.6g", curve.loss_scale);
  text += "\n\nResiduals:\n" + residual_table(residual_quantiles(curve.fit.residuals));
  text += "\nParameters:\n" + coefficient_table(curve.coefficients());
  text += "\nResidual standard error: " + or_not_available("%.4g", curve.statistics.residual_standard_error) + " on " +
          std::to_string(curve.statistics.degrees_of_freedom) + " degrees of freedom\n";
  text += "Iterations: " + std::to_string(curve.fit.iterations) +
          ", evaluations of the model: " + std::to_string(curve.fit.residual_evaluations) + "\n";
  for (std::size_t k = 0; k < curve.parameters.size(); ++k)
    if (curve.at_bound(k)) text += curve.parameters[k] + " is at a bound, which standard errors take no notice of\n";
  text += "\n" + curve.fit.message + "\n";
  for (const auto& [name, path] : {std::pair("parameters", options.output), {"covariance", options.covariance}})
    if (path) text += std::string(name) + " written to " + path->string() + "\n";
  return text;
}

std::string json_report(const FitOptions& options, const CurveFit& curve) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const bool solved = curve.fit.solved();
  Json coefficients = Json::array();
  const std::vector<Coefficient> estimates = curve.coefficients();
  for (std::size_t k = 0; k < estimates.size(); ++k)
    coefficients.push_back({{"name", estimates[k].name},
                            {"start", curve.start[k]},
                            {"lower", curve.lower.empty() ? -infinity : curve.lower[k]},
                            {"upper", curve.upper.empty() ? infinity : curve.upper[k]},
                            {"estimate", estimates[k].estimate},
                            {"std_error", estimates[k].standard_error},
                            {"t_value", estimates[k].t_value},
                            {"p_value", estimates[k].p_value},
                            {"at_bound", curve.at_bound(k)}});
  const double squares = curve.residual_sum_of_squares;
  return one_line({{"status", to_string(curve.fit.status)},
                   {"message", curve.fit.message},
                   {"response", curve.response},
                   {"model", *options.model},
                   {"rows", curve.rows},
                   {"parameters", curve.parameters.size()},
                   {"rank", curve.fit.rank},
                   {"coefficients", coefficients},
                   {"covariance", matrix_json(curve.statistics.covariance)},
                   {"correlation", matrix_json(curve.correlation())},
                   {"residuals", residuals_json(curve.fit.residuals)},
                   {"residual_sum_of_squares", curve.fit.residuals.empty() ? Json() : Json(squares)},
                   {"residual_standard_error", solved ? Json(curve.statistics.residual_standard_error) : Json()},
                   {"degrees_of_freedom", solved ? Json(curve.statistics.degrees_of_freedom) : Json()},
                   {"weighted", curve.weighted},
                   {"loss", {{"name", to_string(curve.loss)}, {"scale", curve.loss_scale}}},
                   {"cost", curve.fit.residuals.empty() ? Json() : Json(curve.fit.cost)},
                   {"gradient_norm", curve.fit.residuals.empty() ? Json() : Json(curve.fit.gradient_norm)},
                   {"orthogonality", curve.fit.residuals.empty() ? Json() : Json(curve.fit.orthogonality)},
                   {"iterations", curve.fit.iterations},
                   {"evaluations", curve.fit.residual_evaluations},
                   {"seconds", {{"read", curve.read_seconds}, {"solve", curve.fit.seconds}}},
                   {"threads", runtime_info().task_threads},
                   {"version", version()}});
}

}  // namespace croquis::tools
