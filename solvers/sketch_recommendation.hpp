// Which of the sizes of a profile to use.
#pragma once

#include <croquis/solvers/sketch_profile.hpp>

namespace croquis {

/// The recommendation for a table of sizes, ordered by family and rows.
SketchRecommendation recommend(const std::vector<SketchSizeProfile>& sizes, double wanted_distortion);

}  // namespace croquis
