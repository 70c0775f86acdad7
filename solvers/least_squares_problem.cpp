#include "solvers/least_squares_problem.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/plain_tile.hpp"
#include "solvers/backward_error.hpp"
#include "solvers/orthogonal_complement.hpp"

namespace croquis {
namespace {

// Householder QR reaches a fraction of a roundoff on tall problems, where its errors average out. Stopping at a whole
// one would leave more error of the iteration than of rounding: half a digit of x where A is ill-conditioned.
constexpr double target_roundoffs = 0.25;
constexpr double acceptable_roundoffs = 8;

// The largest |x(i)|, but for those that are not numbers.
template <class T>
T largest_magnitude(std::int64_t n, const T* x) {
  // Eight at a time, so that none waits for the comparison before.
  constexpr std::int64_t lanes = 8;
  T largest[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (std::int64_t k = 0; k < lanes; ++k) largest[k] = std::max(largest[k], std::abs(x[i + k]));
  for (; i < n; ++i) largest[0] = std::max(largest[0], std::abs(x[i]));
  return *std::max_element(largest, largest + lanes);
}

// Residuals computed at once. Of many right-hand sides with a dense matrix, a pass over it for every few costs no more
// than one for all, whose residuals would be new memory as large as B.
constexpr std::int64_t most_residuals = 128;

template <class T>
std::int64_t vectors_at_once(const ProblemMatrix<T>& a, std::int64_t vectors) {
  const bool dense = a.stored() != nullptr && a.stored()->is_dense();
  return dense ? std::min(most_residuals, vectors) : vectors;
}

}  // namespace

double largest_or_nan(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) largest = std::isnan(value) ? value : std::max(largest, value);
  return largest;
}

template <class T>
LeastSquaresProblem<T> make_problem(const ProblemMatrix<T>& a, Matrix<T> b, const LeastSquaresOptions& options) {
  LeastSquaresProblem<T> problem{
      .a = a, .b = std::move(b), .b_exponent = {}, .b_norm = {}, .options = options, .clock = {}};
  const std::int64_t rows = problem.b.rows();
  problem.b_exponent.assign(static_cast<std::size_t>(problem.b.cols()), 0);
  problem.b_norm.assign(static_cast<std::size_t>(problem.b.cols()), 0);
  for_each_plain_tile(problem.b.cols(), [&](std::int64_t j) {
    T* column = problem.b.data() + j * rows;
    const T largest = largest_magnitude(rows, column);
    if (largest > 0 && std::isfinite(largest)) {
      int& exponent = problem.b_exponent[static_cast<std::size_t>(j)];
      std::frexp(largest, &exponent);
      const T factor = std::ldexp(T(1), -exponent);
      if (std::isnormal(factor)) {
        for (std::int64_t i = 0; i < rows; ++i) column[i] *= factor;
      } else {
        for (std::int64_t i = 0; i < rows; ++i) column[i] = std::ldexp(column[i], -exponent);
      }
    }
    problem.b_norm[j] = norm2(rows, column);
  });
  return problem;
}

template <class T>
LeastSquaresProblem<T> make_problem(const ProblemMatrix<T>& a, MatrixView<const T> b,
                                    const LeastSquaresOptions& options) {
  Matrix<T> own_b = Matrix<T>::uninitialized(a.rows(), b.cols);
  a.set_right_hand_side(b, own_b.view());
  return make_problem<T>(a, std::move(own_b), options);
}

template <class T>
bool LeastSquaresProblem<T>::finite_b() const {
  return std::all_of(b_norm.begin(), b_norm.end(), [](double norm) { return std::isfinite(norm); });
}

template <class T>
double LeastSquaresProblem<T>::negligible() const {
  return target_roundoffs * static_cast<double>(std::numeric_limits<T>::epsilon()) / 2;
}

template <class T>
double LeastSquaresProblem<T>::target() const {
  return std::max(options.tolerance, negligible());
}

template <class T>
double LeastSquaresProblem<T>::acceptable() const {
  return std::max(options.tolerance, acceptable_roundoffs * static_cast<double>(std::numeric_limits<T>::epsilon()) / 2);
}

template <class T>
double LeastSquaresPoint<T>::worst_backward_error() const {
  return largest_or_nan(backward_error);
}

template <class T>
void measure(const LeastSquaresProblem<T>& problem, const Factorization<T>& factorization, BackwardError<T>& error,
             double large, Closeness closeness, LeastSquaresPoint<T>& point, LeastSquaresReport& report) {
  const std::int64_t k = problem.vectors();
  const std::int64_t m = problem.rows();
  const std::int64_t n = problem.cols();
  if (point.gradient.cols() != k) {
    point.gradient = Matrix<T>::uninitialized(n, k);
    point.s = Matrix<T>::uninitialized(factorization.coordinates(), k);
  }
  point.residual_norm.assign(static_cast<std::size_t>(k), 0);
  point.data_residual_norm = point.residual_norm;
  const std::int64_t group = vectors_at_once(problem.a, k);
  Matrix<T> residual = Matrix<T>::uninitialized(m, group);
  for (std::int64_t first = 0; first < k; first += group) {
    const std::int64_t count = std::min(group, k - first);
    ++report.passes;
    problem.a.residual_and_gradient(point.x.view().block(0, first, n, count),
                                    problem.b.view().block(0, first, m, count), residual.view().block(0, 0, m, count),
                                    point.gradient.view().block(0, first, n, count));
    for_each_plain_tile(count, [&](std::int64_t j) {
      const T* const column = residual.data() + j * m;
      const std::int64_t sketched = problem.a.sketched_rows();
      const double norm = norm2(m, column);
      point.residual_norm[first + j] = norm;
      point.data_residual_norm[first + j] = sketched == m ? norm : norm2(sketched, column);
    });
  }
  factorization.precondition_transposed(point.gradient.view(), point.s.view());
  point.scaled_norm.assign(static_cast<std::size_t>(k), 0);
  for (std::int64_t j = 0; j < k; ++j)
    point.scaled_norm[j] = factorization.of_vector(j).scaled_norm(point.x.view().block(0, j, n, 1));
  estimate_backward_errors(problem, factorization, error, large, closeness, point);
}

template <class T>
void estimate_backward_errors(const LeastSquaresProblem<T>& problem, const Factorization<T>& factorization,
                              BackwardError<T>& error, double large, Closeness closeness, LeastSquaresPoint<T>& point) {
  point.backward_error.assign(static_cast<std::size_t>(problem.vectors()), 0);
  for (std::int64_t j = 0; j < problem.vectors(); ++j) {
    if (problem.b_norm[j] == 0) continue;
    point.backward_error[j] =
        error.estimate(j, point.s.data() + j * factorization.coordinates(), point.residual_norm[j],
                       point.scaled_norm[j], problem.b_norm[j], large, closeness);
  }
}

template <class T>
bool round_to_users_units(const LeastSquaresProblem<T>& problem, MatrixView<T> x) {
  bool changed = false;
  for (std::int64_t k = 0; k < x.cols; ++k) {
    const int exponent = problem.b_exponent[k];
    if (exponent >= 0) continue;  // larger numbers lose no digits
    const T lowest = std::ldexp(std::numeric_limits<T>::min(), -exponent);
    for (std::int64_t j = 0; j < x.rows; ++j) {
      if (std::abs(x(j, k)) >= lowest) continue;
      const T rounded = std::ldexp(std::ldexp(x(j, k), exponent), -exponent);
      if (rounded == x(j, k) || !std::isfinite(rounded)) continue;
      x(j, k) = rounded;
      changed = true;
    }
  }
  return changed;
}

template <class T>
void minimize_norm(const Factorization<T>& f, MatrixView<T> x) {
  const std::int64_t n = f.cols();
  const std::int64_t nullity = f.null_basis.cols();
  if (nullity == 0 || x.cols == 0) return;
  // The null space of A is D times that of A D.
  Matrix<T> basis = Matrix<T>::uninitialized(n, nullity);
  for (std::int64_t k = 0; k < nullity; ++k)
    for (std::int64_t j = 0; j < n; ++j) basis(j, k) = f.scale[j] * f.null_basis(j, k);
  OrthogonalComplement<T>(std::move(basis), x.cols).project(x);
  for (const std::int64_t j : f.zero_columns)
    for (std::int64_t k = 0; k < x.cols; ++k) x(j, k) = 0;
}

#define CROQUIS_INSTANTIATE(T)                                                                                         \
  template LeastSquaresProblem<T> make_problem<T>(const ProblemMatrix<T>&, Matrix<T>, const LeastSquaresOptions&);     \
  template LeastSquaresProblem<T> make_problem<T>(const ProblemMatrix<T>&, MatrixView<const T>,                        \
                                                  const LeastSquaresOptions&);                                         \
  template struct LeastSquaresProblem<T>;                                                                              \
  template struct LeastSquaresPoint<T>;                                                                                \
  template void measure<T>(const LeastSquaresProblem<T>&, const Factorization<T>&, BackwardError<T>&, double,          \
                           Closeness, LeastSquaresPoint<T>&, LeastSquaresReport&);                                     \
  template void estimate_backward_errors<T>(const LeastSquaresProblem<T>&, const Factorization<T>&, BackwardError<T>&, \
                                            double, Closeness, LeastSquaresPoint<T>&);                                 \
  template bool round_to_users_units<T>(const LeastSquaresProblem<T>&, MatrixView<T>);                                 \
  template void minimize_norm<T>(const Factorization<T>&, MatrixView<T>);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
