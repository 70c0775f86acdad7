// A first look at the columns and the condition number, from a small sketch.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "solvers/least_squares_problem.hpp"

namespace croquis {

/// What a small sketch says of A: enough to choose a method by and to scale the columns, and nothing that an answer
/// relies on.
template <class T>
struct ConditionProbe {
  std::vector<T> scale;       ///< powers of two that bring the columns to norms near one, the diagonal of D; or empty
  std::string no_scale;       ///< why it is empty
  bool out_of_range = false;  ///< A is finite, but products with its columns would leave the range of T
  double condition = std::numeric_limits<double>::infinity();  ///< of A D; infinite beyond what the Gram matrix of the
                                                               ///< sketch can tell: some 1e7, float 1e3
};

/// The condition number of a CountSketch of A with some 2 n rows (1.5 n for large n), columns scaled, less what such a
/// sketch always overstates it by: at most four times (six) A's on a matrix with rows as alike as random ones, and
/// whatever it may be on others. Where A has no cheap Gram matrix nothing is looked at. Cost: one pass over A, 2 n^3
/// flops.
template <class T>
ConditionProbe<T> probe_condition(const LeastSquaresProblem<T>& problem, LeastSquaresReport& report);

}  // namespace croquis
