#include "tests/support/extended.hpp"

#include <cmath>
#include <limits>

namespace croquis::test {
namespace {

void rotate(std::int64_t n, long double* x, long double* y, long double c, long double s) {
  for (std::int64_t i = 0; i < n; ++i) {
    const long double p = x[i];
    x[i] = c * p - s * y[i];
    y[i] = s * p + c * y[i];
  }
}

}  // namespace

// Two partial sums hide half of the latency of an x87 addition.
long double dot(std::int64_t n, const long double* x, const long double* y) {
  long double even = 0;
  long double odd = 0;
  std::int64_t i = 0;
  for (; i + 1 < n; i += 2) {
    even += x[i] * y[i];
    odd += x[i + 1] * y[i + 1];
  }
  if (i < n) even += x[i] * y[i];
  return even + odd;
}

long double norm(const std::vector<long double>& x) {
  return std::sqrt(dot(static_cast<std::int64_t>(x.size()), x.data(), x.data()));
}

ExtendedMatrix triangular_factor(ExtendedMatrix a) {
  for (std::int64_t j = 0; j < a.cols; ++j) {
    long double* v = a.column(j) + j;
    const std::int64_t length = a.rows - j;
    const long double size = std::sqrt(dot(length, v, v));
    if (size == 0) continue;
    const long double diagonal = v[0] > 0 ? -size : size;
    v[0] -= diagonal;
    const long double half_square = -diagonal * v[0];
    for (std::int64_t k = j + 1; k < a.cols; ++k) {
      long double* x = a.column(k) + j;
      const long double factor = dot(length, v, x) / half_square;
      for (std::int64_t i = 0; i < length; ++i) x[i] -= factor * v[i];
    }
    v[0] = diagonal;
  }
  ExtendedMatrix r(a.cols, a.cols);
  for (std::int64_t j = 0; j < a.cols; ++j)
    for (std::int64_t i = 0; i <= j; ++i) r(i, j) = a(i, j);
  return r;
}

RightSingularSystem right_singular_system(ExtendedMatrix a) {
  const std::int64_t n = a.cols;
  ExtendedMatrix v(n, n);
  for (std::int64_t j = 0; j < n; ++j) v(j, j) = 1;
  const long double tolerance = 8 * std::numeric_limits<long double>::epsilon();
  constexpr int most_sweeps = 60;
  bool rotated = true;
  for (int sweep = 0; sweep < most_sweeps && rotated; ++sweep) {
    rotated = false;
    for (std::int64_t j = 0; j < n; ++j) {
      for (std::int64_t k = j + 1; k < n; ++k) {
        const long double square_j = dot(a.rows, a.column(j), a.column(j));
        const long double square_k = dot(a.rows, a.column(k), a.column(k));
        const long double product = dot(a.rows, a.column(j), a.column(k));
        if (std::abs(product) <= tolerance * std::sqrt(square_j) * std::sqrt(square_k)) continue;
        rotated = true;
        const long double zeta = (square_k - square_j) / (2 * product);
        const long double t = (zeta > 0 ? 1 : -1) / (std::abs(zeta) + std::hypot(1.0L, zeta));
        const long double c = 1 / std::hypot(1.0L, t);
        rotate(a.rows, a.column(j), a.column(k), c, c * t);
        rotate(n, v.column(j), v.column(k), c, c * t);
      }
    }
  }
  RightSingularSystem result{std::vector<long double>(n), std::move(v)};
  for (std::int64_t j = 0; j < n; ++j) result.sigma[j] = std::sqrt(dot(a.rows, a.column(j), a.column(j)));
  return result;
}

}  // namespace croquis::test
