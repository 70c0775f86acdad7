// A picture of a spectrum.
#pragma once

#include <filesystem>

#include "tools/profile_text.hpp"
#include "tools/spectrum_summary.hpp"

namespace croquis::tools {

/// Draws the density, with the values that were computed, and how many values are at least x. Throws `FileError`.
void draw_spectrum(const std::filesystem::path& path, const ProfiledMatrix& matrix, const SpectrumSummary& spectrum);

}  // namespace croquis::tools
