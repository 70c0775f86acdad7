// A line on the terminal that follows a long computation.
#pragma once

#include <string>

#include <croquis/solvers/least_squares.hpp>
#include <croquis/solvers/sketch_profile.hpp>

namespace croquis::tools {

/// Shows the progress of `options` on stderr while it lives, if `wanted` and stderr is a terminal; then wipes the line.
class ProgressLine {
 public:
  ProgressLine(LeastSquaresOptions& options, bool wanted);
  ProgressLine(SketchProfileOptions& options, bool wanted);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  void show(double seconds, const std::string& text);

  double shown_at_ = -1;
};

}  // namespace croquis::tools
