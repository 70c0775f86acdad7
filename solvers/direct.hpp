// Least squares by Householder QR of A itself.
#pragma once

#include "solvers/attempt.hpp"
#include "solvers/factor_sketch.hpp"

namespace croquis {

/// Whether columns so large or small that products with them would leave the range of T end an attempt.
enum class ColumnRange { safe, any };

/// The factorization of A itself, columns scaled and pivoted, and the coordinates of the solution: 2 m n^2 flops and a
/// copy of A. `report` gains a pass and seconds.
template <class T>
SketchedFactor<T> factor_whole(const ProblemMatrix<T>& a, Matrix<T> b, double rcond, ColumnRange range,
                               LeastSquaresReport& report);

/// Copies A with its columns scaled, factors the copy by chunks of rows, pivots the columns of the small factor, and
/// solves; where the backward error is not yet that of a good Householder QR, the point is refined. Two passes over A
/// but for that, and m n entries of memory.
template <class T>
Attempt<T> solve_direct(const LeastSquaresProblem<T>& problem, ColumnRange range, LeastSquaresReport& report);

}  // namespace croquis
