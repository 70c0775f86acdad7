// What `croquis solve` has to report.
#pragma once

#include <croquis/solvers/least_squares.hpp>

#include "tools/problem_summary.hpp"

namespace croquis::tools {

struct SolvedProblem {
  ProblemSummary problem;
  LeastSquaresFit<double> fit;
};

}  // namespace croquis::tools
