// The families and sizes that a profile tries.
#pragma once

#include <croquis/solvers/sketch_profile.hpp>

namespace croquis {

/// One entry, with nothing measured, for each family and ratio that the m x n matrix allows; by family, then by rows.
std::vector<SketchSizeProfile> sketch_sizes(std::int64_t m, std::int64_t n, const SketchProfileOptions& options);

}  // namespace croquis
