// One attempt at a least-squares problem with one sketching operator.
#pragma once

#include "solvers/attempt.hpp"
#include "solvers/least_squares_problem.hpp"

namespace croquis {

/// Sketches, factors, and refines from the sketch-and-solve point until the backward error is at the target; with
/// `method` sketch_and_solve it stops at that point, measured. `report` gains iterations, passes and seconds.
template <class T>
Attempt<T> sketch_and_precondition(const LeastSquaresProblem<T>& problem, const AnySketch& sketch,
                                   LeastSquaresReport& report);

}  // namespace croquis
