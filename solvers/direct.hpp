// Least squares by Householder QR of A itself.
#pragma once

#include "solvers/attempt.hpp"

namespace croquis {

/// Copies A with its columns scaled, factors the copy by chunks of rows, pivots the columns of the small factor, and
/// solves; where the backward error is not yet that of a good Householder QR, the point is refined. Two passes over A
/// but for that, and m n entries of memory.
template <class T>
Attempt<T> solve_direct(const LeastSquaresProblem<T>& problem, LeastSquaresReport& report);

}  // namespace croquis
