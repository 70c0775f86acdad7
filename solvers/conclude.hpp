// From an attempt to the report a user reads.
#pragma once

#include <string>

#include "solvers/attempt.hpp"
#include "solvers/least_squares_problem.hpp"

namespace croquis {

/// Why the method that produced x was the one; each part is empty where it does not apply.
struct Explanation {
  std::string choice;      ///< of `automatic`
  std::string resketched;  ///< why the first sketch was given up
  std::string fell_back;   ///< why all sketches were given up
};

/// Moves x and what is known of it into `fit`, in the units of the user's right-hand sides, and sets status, message
/// and total time. A solution that leaves the range of T is not one.
template <class T>
void conclude(LeastSquaresFit<T>& fit, const LeastSquaresProblem<T>& problem, Attempt<T>& attempt,
              const Explanation& why);

/// The problem of no unknowns, whose residual is b.
template <class T>
void conclude_without_unknowns(LeastSquaresFit<T>& fit, const LeastSquaresProblem<T>& problem);

/// A number as "1.2e-16".
std::string scientific(double value);

}  // namespace croquis
