// Estimates with their standard errors, as tables.
#pragma once

#include <string>
#include <vector>

namespace croquis::tools {

/// One line of a table. What is not available is NaN.
struct Coefficient {
  std::string name;
  double estimate = 0;
  double standard_error = 0;
  double t_value = 0;
  double p_value = 0;
};

/// For people: "NA" where something is not available, stars for significance, and what they mean below.
std::string coefficient_table(const std::vector<Coefficient>& coefficients);
/// For programs, as csv: name, estimate, std_error, t_value, p_value with all digits; "nan" where not available.
std::string coefficient_csv(const std::vector<Coefficient>& coefficients);

/// Minimum, quartiles and maximum, interpolated between order statistics (the usual "type 7"). Not of nothing.
std::vector<double> residual_quantiles(std::vector<double> residuals);
/// These for people.
std::string residual_table(const std::vector<double>& quantiles);

}  // namespace croquis::tools
