// A spectrum for programs.
#pragma once

#include <string>

#include "tools/spectrum_summary.hpp"

namespace croquis::tools {

/// The object that `croquis spectrum --json` prints: one line without a line end. What there is not is null.
std::string json_report(const SpectrumSummary& spectrum);

}  // namespace croquis::tools
