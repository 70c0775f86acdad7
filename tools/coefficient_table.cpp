#include "tools/coefficient_table.hpp"

#include <algorithm>
#include <cmath>

#include "tools/number_text.hpp"

namespace croquis::tools {
namespace {

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

const char* stars(double p) {
  if (!(p <= 0.1)) return "";
  return p <= 0.001 ? "***" : p <= 0.01 ? "**" : p <= 0.05 ? "*" : ".";
}

// RFC 4180: quotes around, and doubled inside.
std::string quoted(const std::string& name) {
  std::string text(1, '"');
  for (const char c : name) text.append(c == '"' ? 2 : 1, c);
  return text.append(1, '"');
}

}  // namespace

std::string coefficient_table(const std::vector<Coefficient>& coefficients) {
  Table table;
  table.add({"", "Estimate", "Std. Error", "t value", "Pr(>|t|)"});
  for (const Coefficient& coefficient : coefficients) {
    std::string significance = stars(coefficient.p_value);
    significance.resize(3, ' ');
    table.add({coefficient.name, or_not_available("%.6g", coefficient.estimate),
               or_not_available("%.6g", coefficient.standard_error), or_not_available("%.3f", coefficient.t_value),
               probability_text(coefficient.p_value), significance});
  }
  return table.text() + "---\nSignif. codes:  0 '***' 0.001 '**' 0.01 '*' 0.05 '.' 0.1 ' ' 1\n";
}

std::string coefficient_csv(const std::vector<Coefficient>& coefficients) {
  std::string text = "name,estimate,std_error,t_value,p_value\n";
  for (const Coefficient& coefficient : coefficients) {
    text += quoted(coefficient.name);
    for (const double value :
         {coefficient.estimate, coefficient.standard_error, coefficient.t_value, coefficient.p_value})
      text.append(",").append(all_digits(value));
    text += "\n";
  }
  return text;
}

std::vector<double> residual_quantiles(std::vector<double> residuals) {
  std::sort(residuals.begin(), residuals.end());
  std::vector<double> quantiles;
  for (const double probability : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const double place = probability * static_cast<double>(residuals.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, residuals.size() - 1);
    quantiles.push_back(residuals[below] + (place - std::floor(place)) * (residuals[above] - residuals[below]));
  }
  return quantiles;
}

std::string residual_table(const std::vector<double>& quantiles) {
  Table table;
  table.add({"", "Min", "1Q", "Median", "3Q", "Max"});
  std::vector<std::string> row = {""};
  for (const double quantile : quantiles) row.push_back(formatted("%.5g", quantile));
  table.add(row);
  return table.text();
}

}  // namespace croquis::tools
