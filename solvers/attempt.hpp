// What one method made of a least-squares problem.
#pragma once

#include <string>

#include "solvers/least_squares_problem.hpp"

namespace croquis {

/// How an attempt ended.
enum class AttemptOutcome {
  solved,
  rejected,  ///< the sketch or what came of it failed a check; `reason` says which
  iteration_limit,
  cancelled,
  non_finite_input,
  out_of_range,          ///< norms of the columns are so large or small that products would leave the range of T
  solution_out_of_range  ///< x overflows, or underflows and loses its digits, in the units of the user's data
};

template <class T>
struct Attempt {
  AttemptOutcome outcome = AttemptOutcome::rejected;
  std::string reason;
  LeastSquaresPoint<T> point;  ///< the best point found; empty before the first
  std::int64_t rank = 0;
  double rcond = 0;
  double condition = 0;
};

}  // namespace croquis
