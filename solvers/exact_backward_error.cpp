#include <croquis/solvers/backward_error.hpp>

#include <cmath>
#include <limits>
#include <optional>

#include "linalg/blas.hpp"
#include "linalg/check.hpp"
#include "linalg/finite.hpp"
#include "linalg/tall_qr.hpp"
#include "solvers/column_scaling.hpp"
#include "solvers/least_squares_problem.hpp"
#include "solvers/scaled_copy.hpp"
#include "solvers/stored_matrix.hpp"

namespace croquis {
namespace {

template <class T>
void check_arguments(const AnyMatrixView<T>& a, MatrixView<const T> x, MatrixView<const T> b) {
  check_view(a, "A");
  check_view(x, "X");
  check_view(b, "B");
  if (a.rows() < a.cols())
    throw ShapeError("A is " + shape_text(a.rows(), a.cols()) + ": a least-squares problem needs rows >= columns");
  check_shape(b.rows, b.cols, a.rows(), x.cols, "B", "it has A's rows and X's columns");
  check_shape(x.rows, x.cols, a.cols(), b.cols, "X", "it has a row for each column of A");
}

template <class T>
std::vector<double> compute(const AnyMatrixView<T>& a, MatrixView<const T> x, MatrixView<const T> b) {
  check_arguments(a, x, b);
  const std::int64_t n = a.cols();
  const auto vectors = static_cast<std::size_t>(b.cols);
  if (n == 0) return std::vector<double>(vectors, 0);
  const LeastSquaresOptions options;
  const StoredMatrix<T> matrix(a);
  LeastSquaresProblem<T> problem = make_problem<T>(matrix, b, options);
  Matrix<T> copy = matrix.densify();
  if (!problem.finite_b() || !all_finite<T>(copy.view()) || !all_finite<T>(x))
    return std::vector<double>(vectors, std::numeric_limits<double>::quiet_NaN());

  std::vector<T> scale = unit_column_scale<T>(copy.view());
  std::optional<ScaledCopy<T>> scaled;
  if (!within_safe_range(scale)) {
    scaled.emplace(matrix);
    for (int& exponent : problem.b_exponent) exponent -= scaled->scaling();
    copy = scaled->densify();
    scale = unit_column_scale<T>(copy.view());
  }
  scale_columns<T>(copy.view(), scale);
  Matrix<T> no_vectors(a.rows(), 0);
  const Matrix<T> r = tall_qr<T>(copy.view(), no_vectors.view()).r;
  copy = {};
  const double frobenius_norm = norm2(n * n, r.data());
  if (frobenius_norm == 0) return std::vector<double>(vectors, 0);

  // X in the units of the problem's right-hand sides, and its residuals.
  Matrix<T> solution(n, b.cols);
  for (std::int64_t k = 0; k < b.cols; ++k)
    for (std::int64_t j = 0; j < n; ++j) solution(j, k) = std::ldexp(x(j, k), -problem.b_exponent[k]);
  Matrix<T> residual = Matrix<T>::uninitialized(a.rows(), b.cols);
  Matrix<T> gradient = Matrix<T>::uninitialized(n, b.cols);
  const ProblemMatrix<T>& in_range = scaled ? static_cast<const ProblemMatrix<T>&>(*scaled) : matrix;
  in_range.residual_and_gradient(solution.view(), problem.b.view(), residual.view(), gradient.view());

  std::vector<double> result;
  for (std::int64_t k = 0; k < b.cols; ++k) {
    const double residual_norm = norm2(a.rows(), residual.data() + k * a.rows());
    for (std::int64_t j = 0; j < n; ++j) {
      solution(j, k) /= scale[j];
      gradient(j, k) *= scale[j];
    }
    // theta / sqrt(1 + theta^2 ||x||^2), which is finite for b = 0 too.
    const double weight =
        1 / std::hypot(problem.b_norm[k] / frobenius_norm, static_cast<double>(norm2(n, solution.data() + k * n)));
    const double root_mu = residual_norm == 0 ? 0 : weight * residual_norm;
    if (root_mu == 0) {
      result.push_back(0);
      continue;
    }
    // A^T A + mu I = L L^T, where L^T is the triangle of [R; sqrt(mu) I].
    const Matrix<T> shifted = append_scaled_identity<T>(r.view(), static_cast<T>(root_mu));
    solve_triangular<T>(Side::left, Transpose::yes, shifted, column_major(gradient.data() + k * n, n, 1));
    result.push_back(weight * norm2(n, gradient.data() + k * n) / frobenius_norm);
  }
  return result;
}

}  // namespace

std::vector<double> least_squares_backward_error(const AnyMatrixView<float>& a, MatrixView<const float> x,
                                                 MatrixView<const float> b) {
  return compute(a, x, b);
}
std::vector<double> least_squares_backward_error(const AnyMatrixView<double>& a, MatrixView<const double> x,
                                                 MatrixView<const double> b) {
  return compute(a, x, b);
}

}  // namespace croquis
