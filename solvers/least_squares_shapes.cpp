// `least_squares` as users call it: tall or wide, weighted or not, with or without a ridge, in memory or an operator.
#include <cmath>
#include <optional>

#include <croquis/solvers/least_squares.hpp>

#include "linalg/check.hpp"
#include "linalg/scale_rows.hpp"
#include "solvers/matrix_input.hpp"
#include "solvers/minimum_norm.hpp"
#include "solvers/ridge_matrix.hpp"
#include "solvers/solve_problem.hpp"

namespace croquis {
namespace {

template <class T>
LeastSquaresFit<T> solve_tall(const MatrixInput<T>& a, MatrixView<const T> b,
                              const std::optional<RowWeights<T>>& weights, const LeastSquaresOptions& options) {
  const auto matrix = problem_matrix(a, weights);
  if (options.ridge == 0) return solve_problem(*matrix, b, options);
  const double root = std::ldexp(std::sqrt(options.ridge), -matrix->exponent());
  const RidgeMatrix<T> ridged(*matrix, {static_cast<T>(root)});
  return solve_problem<T>(ridged, b, options);
}

template <class T>
LeastSquaresFit<T> solve_wide(const MatrixInput<T>& a, MatrixView<const T> b,
                              const std::optional<RowWeights<T>>& weights, const LeastSquaresOptions& options) {
  const auto transposed = transposed_problem_matrix(a, weights);
  const double root = std::ldexp(std::sqrt(options.ridge), -transposed->exponent());
  if (!weights) return solve_minimum_norm(*transposed, root, b, options);
  Matrix<T> weighted_b = Matrix<T>::uninitialized(b.rows, b.cols);
  scale_rows<T>(weights->factor.data(), b, weighted_b.view());
  return solve_minimum_norm<T>(*transposed, root, weighted_b.view(), options);
}

template <class T>
LeastSquaresFit<T> solve(const MatrixInput<T>& a, MatrixView<const T> b, const LeastSquaresOptions& options) {
  check_view(b, "B");
  const Shape shape = shape_of(a);
  check_right_hand_side(shape.rows, shape.cols, b.rows, b.cols);
  const bool tall = shape.rows >= shape.cols;
  check_options(options, tall ? shape.rows : shape.cols, tall ? shape.cols : shape.rows);
  if (options.bootstrap && !tall)
    throw InvalidOption("bootstrap needs at least as many rows as columns, but A is " +
                        shape_text(shape.rows, shape.cols));
  std::optional<RowWeights<T>> weights;
  if (!options.weights.empty()) weights.emplace(options.weights, shape.rows);
  check_input(a, "A");
  return tall ? solve_tall(a, b, weights, options) : solve_wide(a, b, weights, options);
}

template <class T>
MatrixView<const T> as_column(std::span<const T> b) {
  return column_major(b.data(), static_cast<std::int64_t>(b.size()), 1);
}

}  // namespace

LeastSquaresFit<float> least_squares(const AnyMatrixView<float>& a, MatrixView<const float> b,
                                     const LeastSquaresOptions& options) {
  return solve<float>(a, b, options);
}
LeastSquaresFit<double> least_squares(const AnyMatrixView<double>& a, MatrixView<const double> b,
                                      const LeastSquaresOptions& options) {
  return solve<double>(a, b, options);
}
LeastSquaresFit<float> least_squares(const AnyMatrixView<float>& a, std::span<const float> b,
                                     const LeastSquaresOptions& options) {
  return solve<float>(a, as_column(b), options);
}
LeastSquaresFit<double> least_squares(const AnyMatrixView<double>& a, std::span<const double> b,
                                      const LeastSquaresOptions& options) {
  return solve<double>(a, as_column(b), options);
}
LeastSquaresFit<float> least_squares(const LinearOperator<float>& a, MatrixView<const float> b,
                                     const LeastSquaresOptions& options) {
  return solve<float>(a, b, options);
}
LeastSquaresFit<double> least_squares(const LinearOperator<double>& a, MatrixView<const double> b,
                                      const LeastSquaresOptions& options) {
  return solve<double>(a, b, options);
}
LeastSquaresFit<float> least_squares(const LinearOperator<float>& a, std::span<const float> b,
                                     const LeastSquaresOptions& options) {
  return solve<float>(a, as_column(b), options);
}
LeastSquaresFit<double> least_squares(const LinearOperator<double>& a, std::span<const double> b,
                                      const LeastSquaresOptions& options) {
  return solve<double>(a, as_column(b), options);
}

}  // namespace croquis
