#include "solvers/one_singular_value.hpp"

#include <cmath>

#include "linalg/blas.hpp"
#include "linalg/probe_numbers.hpp"

namespace croquis {
namespace {

// The witness says that the singular values are the same up to 1e-4 / sqrt(n) or less; a quotient that is further from
// a whole number is that of another matrix.
constexpr double whole = 0.01;

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
bool has_one_singular_value(const LeastSquaresProblem<T>& problem, const Testimony<T>& witness, Factorization<T>& f,
                            LeastSquaresReport& report) {
  if (witness.iterations != 1 || !scales_alike(f)) return false;
  const std::int64_t n = f.cols();
  const double quotient = f.frobenius_norm * f.frobenius_norm / witness.first_square;
  const auto rank = static_cast<std::int64_t>(std::lround(quotient));
  if (!(std::abs(quotient - static_cast<double>(rank)) <= whole) || rank < 1 || rank >= n) return false;

  // Another random vector, projected on the null space, beside the one that the iteration leaves.
  constexpr std::int64_t probes = 2;
  Matrix<T> z = Matrix<T>::uninitialized(n, probes, Layout::row_major);
  Matrix<T> x = Matrix<T>::uninitialized(n, probes, Layout::row_major);
  const auto second = [n](Matrix<T>& both) { return both.view().block(0, 1, n, 1); };
  fill_with_probe_numbers(second(z), problem.options.seed + 1);
  f.precondition(second(z), second(x));
  Matrix<T> g = Matrix<T>::uninitialized(n, 1);
  problem.a.normal_product(second(x), g.view());
  f.precondition_transposed(g.view(), g.view());
  double square[probes] = {};
  for (std::int64_t j = 0; j < n; ++j) {
    z(j, 0) = witness.lost(j, 0);
    z(j, 1) -= static_cast<T>(g(j, 0) / witness.first_square);
    for (std::int64_t k = 0; k < probes; ++k) square[k] += static_cast<double>(z(j, k)) * z(j, k);
  }
  f.precondition(z.view(), x.view());
  const std::int64_t m = problem.rows();
  Matrix<T> image = Matrix<T>::uninitialized(m, probes);
  problem.a.multiply(x.view(), image.view());
  report.passes += 2;
  for (std::int64_t k = 0; k < probes; ++k)
    if (!(norm2(m, image.data() + k * m) <= f.rcond * f.largest_singular * std::sqrt(square[k]))) return false;
  f.rank = rank;
  return true;
}

#define CROQUIS_INSTANTIATE(T)                                                                                   \
  template bool has_one_singular_value<T>(const LeastSquaresProblem<T>&, const Testimony<T>&, Factorization<T>&, \
                                          LeastSquaresReport&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
