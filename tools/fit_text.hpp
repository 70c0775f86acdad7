// A fitted model for people.
#pragma once

#include <string>

#include "tools/fit_options.hpp"
#include "tools/fitted_model.hpp"

namespace croquis::tools {

/// The summary of a model as statisticians know it: residuals, coefficients, and how good the fit is.
std::string text_report(const FitOptions& options, const FittedModel& fitted);

}  // namespace croquis::tools
