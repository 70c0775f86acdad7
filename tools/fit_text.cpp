#include "tools/fit_text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "tools/number_text.hpp"

namespace croquis::tools {
namespace {

constexpr char not_available[] = "NA";

// Aligned columns: the first to the left, the others to the right.
class Table {
 public:
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  std::string text() const {
    std::vector<std::size_t> width;
    for (const auto& row : rows_) {
      width.resize(std::max(width.size(), row.size()), 0);
      for (std::size_t k = 0; k < row.size(); ++k) width[k] = std::max(width[k], row[k].size());
    }
    std::string text;
    for (const auto& row : rows_) {
      std::string line;
      for (std::size_t k = 0; k < row.size(); ++k) {
        const std::string blanks(width[k] - row[k].size(), ' ');
        line.append(k == 0 ? row[k] + blanks : blanks + row[k]).append(1, ' ');
      }
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + "\n";
    }
    return text;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

std::string or_not_available(const char* format, double value) {
  return std::isnan(value) ? not_available : formatted(format, value);
}

// Probabilities below the roundoff say no more than that they are.
std::string probability(double p) {
  if (p < std::numeric_limits<double>::epsilon()) return "<2e-16";
  return or_not_available("%.3g", p);
}

const char* stars(double p) {
  if (!(p <= 0.1)) return "";
  return p <= 0.001 ? "***" : p <= 0.01 ? "**" : p <= 0.05 ? "*" : ".";
}

std::string coefficient_table(const FittedModel& fitted) {
  const LinearModel& model = fitted.model;
  Table table;
  table.add({"", "Estimate", "Std. Error", "t value", "Pr(>|t|)"});
  for (const std::int64_t column : fitted.order()) {
    const auto j = static_cast<std::size_t>(column);
    std::string significance = stars(model.p_values[j]);
    significance.resize(3, ' ');
    table.add({fitted.name(column), or_not_available("%.6g", model.coefficients[j]),
               or_not_available("%.6g", model.standard_errors[j]), or_not_available("%.3f", model.t_values[j]),
               probability(model.p_values[j]), significance});
  }
  return table.text();
}

std::string residual_table(const FittedModel& fitted) {
  Table table;
  table.add({"", "Min", "1Q", "Median", "3Q", "Max"});
  std::vector<std::string> row = {""};
  for (const double quantile : fitted.residual_quantiles()) row.push_back(formatted("%.5g", quantile));
  table.add(row);
  return table.text();
}

std::string quality(const LinearModel& model) {
  std::string text = "Residual standard error: " + formatted("%.4g", model.residual_standard_error) + " on " +
                     std::to_string(model.degrees_of_freedom) + " degrees of freedom\n";
  text += "Multiple R-squared: " + or_not_available("%.4g", model.r_squared) +
          ", adjusted R-squared: " + or_not_available("%.4g", model.adjusted_r_squared) + "\n";
  if (!std::isnan(model.f_statistic))
    text += "F-statistic: " + formatted("%.4g", model.f_statistic) + " on " +
            std::to_string(model.model_degrees_of_freedom) + " and " + std::to_string(model.degrees_of_freedom) +
            " degrees of freedom, p-value: " + probability(model.f_p_value) + "\n";
  return text;
}

// RFC 4180: quotes around, and doubled inside.
std::string quoted(const std::string& name) {
  std::string text(1, '"');
  for (const char c : name) text.append(c == '"' ? 2 : 1, c);
  return text.append(1, '"');
}

}  // namespace

std::string text_report(const FitOptions& options, const FittedModel& fitted) {
  const LinearModel& model = fitted.model;
  const std::int64_t terms = fitted.problem.a.cols() - (fitted.intercept ? 1 : 0);
  std::string text = fitted.response() + " on " + std::to_string(terms) + (terms == 1 ? " column" : " columns") +
                     (fitted.intercept ? " and an intercept, " : ", no intercept, ") +
                     std::to_string(fitted.problem.a.rows()) + " rows of " + options.a.filename().string() + "\n";
  text.append("\nResiduals:\n").append(residual_table(fitted));
  text += "\nCoefficients:";
  if (!model.aliased.empty())
    text += " (" + std::to_string(model.aliased.size()) + " not available because of linear dependence)";
  text.append("\n").append(coefficient_table(fitted));
  text += "---\nSignif. codes:  0 '***' 0.001 '**' 0.01 '*' 0.05 '.' 0.1 ' ' 1\n\n";
  text += quality(model);
  text.append("\n").append(model.message).append("\n");
  for (const auto& [name, path] : {std::pair("coefficients", options.output), {"covariance", options.covariance}})
    if (path) text += std::string(name) + " written to " + path->string() + "\n";
  return text;
}

std::string csv_table(const FittedModel& fitted) {
  const LinearModel& model = fitted.model;
  std::string text = "name,estimate,std_error,t_value,p_value\n";
  for (const std::int64_t column : fitted.order()) {
    const auto j = static_cast<std::size_t>(column);
    text += quoted(fitted.name(column));
    for (const double value : {model.coefficients[j], model.standard_errors[j], model.t_values[j], model.p_values[j]})
      text.append(",").append(all_digits(value));
    text += "\n";
  }
  return text;
}

}  // namespace croquis::tools
