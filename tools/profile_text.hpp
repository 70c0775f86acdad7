// A profile for people.
#pragma once

#include <string>

#include <croquis/solvers/sketch_profile.hpp>

namespace croquis::tools {

/// The matrix that was profiled, for titles.
struct ProfiledMatrix {
  std::string name;
  AnyMatrixView<double> a;

  /// "well1850.mtx.gz, 1850 x 712 sparse, 8755 entries"
  std::string title() const;
};

/// The table, aligned, and the recommendations.
std::string text_report(const ProfiledMatrix& matrix, const SketchProfile& profile);

}  // namespace croquis::tools
