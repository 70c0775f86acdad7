// Solving a tall least-squares problem by the methods of `LeastSquaresMethod`, whatever its matrix is.
#pragma once

#include <croquis/solvers/least_squares.hpp>

#include "solvers/cost_model.hpp"
#include "solvers/problem_matrix.hpp"

namespace croquis {

/// Throws for an option that is out of range for a tall rows x cols matrix.
void check_options(const LeastSquaresOptions& options, std::int64_t rows, std::int64_t cols);

/// Throws `ShapeError` unless B (b_rows x b_cols) has a row for each row of A (rows x cols).
void check_right_hand_side(std::int64_t rows, std::int64_t cols, std::int64_t b_rows, std::int64_t b_cols);

/// The operator that the options give, or the one they leave to be chosen.
AnySketch first_sketch(const LeastSquaresOptions& options, const ProblemShape& shape);
/// Another independent operator of the same family and size.
AnySketch reseeded(const AnySketch& sketch, int attempt);

/// Minimises ||A X - B||, for the right-hand sides as the user gave them, by the method of the options or the one
/// chosen, and hands over to the next where a method fails its check. NaN and infinity in B are a status.
template <class T>
LeastSquaresFit<T> solve_problem(const ProblemMatrix<T>& a, MatrixView<const T> b, const LeastSquaresOptions& options);

}  // namespace croquis
