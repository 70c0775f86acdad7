// A fitted curve for people and for programs.
#pragma once

#include <string>

#include "tools/curve_fit.hpp"

namespace croquis::tools {

/// The summary of a nonlinear regression as statisticians know it.
std::string text_report(const FitOptions& options, const CurveFit& curve);

/// The object that `croquis fit --model --json` prints. What is not available is null.
std::string json_report(const FitOptions& options, const CurveFit& curve);

}  // namespace croquis::tools
