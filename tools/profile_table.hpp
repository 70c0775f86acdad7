// A profile for programs: one line for each family and size.
#pragma once

#include <string>

#include <croquis/solvers/sketch_profile.hpp>

namespace croquis::tools {

/// The table as comma-separated values with a header; what was not measured is `nan`, an unbounded condition number
/// `inf`.
std::string csv_table(const SketchProfile& profile);

}  // namespace croquis::tools
