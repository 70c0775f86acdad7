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
ExtremeSingularValues extreme_singular_values(std::int64_t n, const InvertibleTriangle<T>& r) {
  ExtremeSingularValues result;
  if (n == 0) return result;
  std::vector<T> x = start_vector<T>(n);
  normalize(x);
  for (int step = 0; step < power_steps; ++step) {
    for (const auto* product : {&r.multiply, &r.multiply_transposed}) {
      (*product)(x.data());
      result.largest = std::max<double>(result.largest, normalize(x));
    }
  }
  double inverse_norm = 0;
  x = start_vector<T>(n);
  normalize(x);
  for (int step = 0; step < inverse_steps; ++step) {
    for (const auto* solve : {&r.solve_transposed, &r.solve}) {
      (*solve)(x.data());
      const double growth = normalize(x);
      if (!std::isfinite(growth)) return result;
      inverse_norm = std::max(inverse_norm, growth);
    }
  }
  result.smallest = inverse_norm > 0 ? 1 / inverse_norm : 0;
  return result;
}

template <class T>
ExtremeSingularValues extreme_singular_values(MatrixView<const T> r) {
  const std::int64_t n = r.rows;
  const auto solve = [&](Transpose transpose, T* x) {
    solve_triangular<T>(Side::left, transpose, r, column_major(x, n, 1));
  };
  InvertibleTriangle<T> triangle{
      .multiply = [&](T* x) { multiply_triangular<T>(Transpose::no, r, x); },
      .multiply_transposed = [&](T* x) { multiply_triangular<T>(Transpose::yes, r, x); },
      .solve = [&](T* x) { solve(Transpose::no, x); },
      .solve_transposed = [&](T* x) { solve(Transpose::yes, x); },
  };
  const auto divides_by_zero = [](T* x) { *x = std::numeric_limits<T>::infinity(); };
  for (std::int64_t j = 0; j < n; ++j)
    if (r(j, j) == T(0)) triangle.solve_transposed = divides_by_zero;
  return extreme_singular_values(n, triangle);
}

template double default_rcond<float>(std::int64_t);
template double default_rcond<double>(std::int64_t);
template ExtremeSingularValues extreme_singular_values<float>(std::int64_t, const InvertibleTriangle<float>&);
template ExtremeSingularValues extreme_singular_values<double>(std::int64_t, const InvertibleTriangle<double>&);
template ExtremeSingularValues extreme_singular_values<float>(MatrixView<const float>);
template ExtremeSingularValues extreme_singular_values<double>(MatrixView<const double>);

}  // namespace croquis
