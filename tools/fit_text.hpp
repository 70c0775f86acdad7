// A fitted model for people, and as a table.
#pragma once

#include <string>

#include "tools/fit_options.hpp"
#include "tools/fitted_model.hpp"

namespace croquis::tools {

/// The summary of a model as statisticians know it: residuals, coefficients, and how good the fit is.
std::string text_report(const FitOptions& options, const FittedModel& fitted);

/// One line for each coefficient: name, estimate, std_error, t_value, p_value, with all digits; "nan" where the
/// coefficient could not be estimated.
std::string csv_table(const FittedModel& fitted);

}  // namespace croquis::tools
