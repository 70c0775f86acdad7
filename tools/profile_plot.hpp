// A picture of a profile.
#pragma once

#include <filesystem>

#include "tools/profile_text.hpp"

namespace croquis::tools {

/// Draws the distortion and the time of a solve over d / n for each family, and where the time goes for the recommended
/// one. Throws `FileError`.
void draw_profile(const std::filesystem::path& path, const ProfiledMatrix& matrix, const SketchProfile& profile);

}  // namespace croquis::tools
