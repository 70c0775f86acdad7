// A line on the terminal that follows the iteration.
#pragma once

#include <croquis/solvers/least_squares.hpp>

namespace croquis::tools {

/// Shows the progress of `options` on stderr while it lives, if `wanted` and stderr is a terminal; then wipes the line.
class ProgressLine {
 public:
  ProgressLine(LeastSquaresOptions& options, bool wanted);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  void show(const LeastSquaresProgress& progress);

  double shown_at_ = -1;
};

}  // namespace croquis::tools
