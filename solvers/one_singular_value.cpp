#include "solvers/one_singular_value.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace croquis {
namespace {

constexpr std::int64_t probes = 2;
// A quotient that is further from a whole number is that of another matrix.
constexpr double whole = 0.01;
// A random null vector has this part of its length along each direction of the null space, in the mean. What A makes of
// it may be so much of the tolerance, but not less than what rounding errors make of it.
constexpr double least_part_of_tolerance = 0.5;
// Sums of n products of numbers alike agree to a few n roundoffs; other matrices' quotients do not to the root of one.
template <class T>
const double same = std::sqrt(static_cast<double>(std::numeric_limits<T>::epsilon()));

// Of vectors side by side.
using Pair = std::array<double, probes>;

// (x_1, y_1) and (x_2, y_2). In variables of their own: sums in memory would wait for each other.
template <class T>
Pair dots(std::int64_t n, const T* x, const T* y) {
  double first = 0, second = 0;
  for (std::int64_t j = 0; j < 2 * n; j += 2) {
    first += static_cast<double>(x[j]) * y[j];
    second += static_cast<double>(x[j + 1]) * y[j + 1];
  }
  return {first, second};
}

// Columns of zeros, whose scale is one, do not count.
template <class T>
bool scales_alike(const Factorization<T>& f) {
  const std::int64_t n = f.cols();
  std::size_t zero = 0;
  T common = 0;
  for (std::int64_t j = 0; j < n; ++j) {
    if (zero < f.zero_columns.size() && f.zero_columns[zero] == j) {
      ++zero;
    } else if (common == 0) {
      common = f.scale[j];
    } else if (f.scale[j] != common) {
      return false;
    }
  }
  return true;
}

}  // namespace

template <class T>
std::int64_t witnesses_of_one_singular_value(const Factorization<T>& f) {
  return scales_alike(f) ? probes : 1;
}

template <class T>
std::optional<Matrix<T>> solve_with_one_singular_value(const LeastSquaresProblem<T>& problem, Factorization<T>& f,
                                                       const Witnesses<T>& witnesses, MatrixView<const T> gradient,
                                                       LeastSquaresReport& report) {
  if (witnesses.w.cols() != probes) return std::nullopt;
  // Each pair of numbers is one row.
  const T *const w = witnesses.w.data(), *const c = witnesses.product.data();
  const std::int64_t n = f.cols();
  const Pair along = dots(n, w, c), square = dots(n, c, c);
  const double sigma_square = square[0] / along[0];
  const double quotient = f.frobenius_norm * f.frobenius_norm / sigma_square;
  const auto rank = static_cast<double>(std::round(quotient));
  if (!(std::abs(quotient - rank) <= whole && rank >= 1 && rank < static_cast<double>(n)) ||
      !(std::abs(square[1] / along[1] - sigma_square) <= same<T> * sigma_square))
    return std::nullopt;

  Matrix<T> x = Matrix<T>::uninitialized(n, probes, Layout::row_major);
  for (std::int64_t j = 0; j < n * probes; ++j) x.data()[j] = static_cast<T>(w[j] - c[j] / sigma_square);
  const Pair length = dots(n, x.data(), x.data());
  f.precondition(x.view(), x.view());
  const std::int64_t m = problem.rows();
  Matrix<T> image = Matrix<T>::uninitialized(m, probes, Layout::row_major);
  problem.a.multiply(x.view(), image.view());
  ++report.passes;
  const Pair image_square = dots(m, image.data(), image.data());
  const double sigma = std::sqrt(sigma_square);
  const double part = std::max(least_part_of_tolerance, 1 / std::sqrt(static_cast<double>(n) - rank));
  for (std::int64_t k = 0; k < probes; ++k)
    if (!(std::sqrt(image_square[k]) <= part * f.rcond * sigma * std::sqrt(length[k]))) return std::nullopt;

  f.rank = static_cast<std::int64_t>(rank);
  f.largest_singular = sigma;
  f.least_part = sigma;
  f.condition = 1;
  Matrix<T> y = Matrix<T>::uninitialized(n, gradient.cols);
  f.precondition_transposed(gradient, y.view());
  for (T& entry : y.entries()) entry = static_cast<T>(entry / sigma_square);
  return y;
}

#define CROQUIS_INSTANTIATE(T)                                                                                         \
  template std::int64_t witnesses_of_one_singular_value<T>(const Factorization<T>&);                                   \
  template std::optional<Matrix<T>> solve_with_one_singular_value<T>(const LeastSquaresProblem<T>&, Factorization<T>&, \
                                                                     const Witnesses<T>&, MatrixView<const T>,         \
                                                                     LeastSquaresReport&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
