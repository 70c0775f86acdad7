#include "linalg/condition.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "linalg/blas.hpp"

namespace croquis {
namespace {

constexpr int power_steps = 8;
constexpr int inverse_steps = 4;

// A start with no structure that a matrix could share.
template <class T>
std::vector<T> start_vector(std::int64_t n) {
  std::vector<T> x(static_cast<std::size_t>(n));
  std::uint64_t state = 1;
  for (T& value : x) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    value = static_cast<T>(static_cast<double>(state >> 11) * 0x1p-52 - 1);
  }
  return x;
}

template <class T>
double normalize(std::vector<T>& x) {
  const double norm = norm2(static_cast<std::int64_t>(x.size()), x.data());
  if (norm > 0 && std::isfinite(norm))
    for (T& value : x) value = static_cast<T>(value / norm);
  return norm;
}

}  // namespace

template <class T>
double default_rcond(std::int64_t n) {
  // The rounding errors of a QR factorization of unit columns are of the order of their Frobenius norm, sqrt(n).
  const double roundoff = std::numeric_limits<T>::epsilon() / 2;
  return roundoff * std::max(30.0, 2 * std::sqrt(static_cast<double>(n)));
}

template <class T>
ExtremeSingularValues extreme_singular_values(MatrixView<const T> r) {
  const std::int64_t n = r.rows;
  if (n == 0) return {};
  ExtremeSingularValues result;
  std::vector<T> x = start_vector<T>(n);
  normalize(x);
  for (int step = 0; step < power_steps; ++step) {
    multiply_triangular<T>(Transpose::no, r, x.data());
    result.largest = std::max<double>(result.largest, normalize(x));
    multiply_triangular<T>(Transpose::yes, r, x.data());
    result.largest = std::max<double>(result.largest, normalize(x));
  }
  for (std::int64_t j = 0; j < n; ++j)
    if (r(j, j) == T(0)) return result;
  double inverse_norm = 0;
  x = start_vector<T>(n);
  normalize(x);
  for (int step = 0; step < inverse_steps; ++step) {
    for (const Transpose transpose : {Transpose::yes, Transpose::no}) {
      solve_triangular<T>(Side::left, transpose, r, column_major(x.data(), n, 1));
      const double growth = normalize(x);
      if (!std::isfinite(growth)) return result;
      inverse_norm = std::max(inverse_norm, growth);
    }
  }
  result.smallest = inverse_norm > 0 ? 1 / inverse_norm : 0;
  return result;
}

template double default_rcond<float>(std::int64_t);
template double default_rcond<double>(std::int64_t);
template ExtremeSingularValues extreme_singular_values<float>(MatrixView<const float>);
template ExtremeSingularValues extreme_singular_values<double>(MatrixView<const double>);

}  // namespace croquis
