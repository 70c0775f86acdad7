// What `automatic` takes.
#pragma once

#include <string>

#include "solvers/condition_probe.hpp"
#include "solvers/cost_model.hpp"
#include "solvers/least_squares_problem.hpp"

namespace croquis {

/// A method, and what it is to begin with.
template <class T>
struct MethodChoice {
  LeastSquaresMethod method = LeastSquaresMethod::direct;
  GramPrecision precision = GramPrecision::working;  ///< of gram-and-precondition
  ConditionProbe<T> probe;                           ///< for it
  std::string reason;                                ///< of `automatic`, for the report
  double cost = 0;                                   ///< by the cost model, of the method and of choosing it
  double condition = 1;                              ///< of A with its columns scaled; one if it was not looked at
};

/// The cost of a method that needs no condition number, on a matrix as kind as a random one.
double cost_of(LeastSquaresMethod method, const ProblemShape& shape, const AnySketch& sketch);

/// The cheaper of the two methods that solve every problem.
LeastSquaresMethod cheaper_of_sketch_and_direct(const ProblemShape& shape, const AnySketch& sketch);

/// The method the user asked for, or for `automatic` the cheapest by the cost model among those that reach full
/// accuracy. Where the Gram matrix would be so much the cheapest, if the condition number allowed it, that finding out
/// pays, a small sketch tells (a pass over A, which `report` gains). `sketch` is the first one for a condition number
/// that is not known.
template <class T>
MethodChoice<T> choose_method(const LeastSquaresProblem<T>& problem, ProblemShape shape, const AnySketch& sketch,
                              LeastSquaresReport& report);

}  // namespace croquis
