// Least squares by Householder QR of A itself.
#pragma once

#include "solvers/sketch_and_precondition.hpp"

namespace croquis {

/// Copies A with its columns scaled, factors the copy by chunks of rows, pivots the columns of the small factor, and
/// solves. Two passes over A and m n entries of memory.
template <class T>
Attempt<T> solve_direct(const LeastSquaresProblem<T>& problem, LeastSquaresReport& report);

}  // namespace croquis
