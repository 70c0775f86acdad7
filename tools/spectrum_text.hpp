// A spectrum for people, and its points as a table for programs.
#pragma once

#include <string>

#include "tools/profile_text.hpp"
#include "tools/spectrum_summary.hpp"

namespace croquis::tools {

/// The values with their bounds, the norm, the counts.
std::string text_report(const ProfiledMatrix& matrix, const SpectrumSummary& spectrum);

/// The points as comma-separated values with a header.
std::string csv_table(const SpectrumSummary& spectrum);

}  // namespace croquis::tools
