// One attempt at a least-squares problem with one sketching operator.
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
  out_of_range  ///< norms of the columns are so large or small that products would leave the range of T
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

/// Sketches, factors, and refines from the sketch-and-solve point until the backward error is at the target; with
/// `method` sketch_and_solve it stops at that point, measured. `report` gains iterations, passes and seconds.
template <class T>
Attempt<T> sketch_and_precondition(const LeastSquaresProblem<T>& problem, const AnySketch& sketch,
                                   LeastSquaresReport& report);

}  // namespace croquis
