// Logistic regression with a ridge in long double.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "tests/support/extended.hpp"

namespace croquis::test {

/// Solves H s = b for a positive definite H, which is overwritten; b becomes s. By Cholesky's factorization.
inline void solve_positive_definite(ExtendedMatrix& h, std::vector<long double>& b) {
  const std::int64_t n = h.rows;
  for (std::int64_t j = 0; j < n; ++j) {
    for (std::int64_t k = 0; k < j; ++k)
      for (std::int64_t i = j; i < n; ++i) h(i, j) -= h(i, k) * h(j, k);
    const long double root = std::sqrt(h(j, j));
    for (std::int64_t i = j; i < n; ++i) h(i, j) /= root;
  }
  for (std::int64_t j = 0; j < n; ++j) {
    for (std::int64_t k = 0; k < j; ++k) b[j] -= h(j, k) * b[k];
    b[j] /= h(j, j);
  }
  for (std::int64_t j = n - 1; j >= 0; --j) {
    for (std::int64_t i = j + 1; i < n; ++i) b[j] -= h(i, j) * b[i];
    b[j] /= h(j, j);
  }
}

struct ExtendedOptimum {
  long double value = 0;
  std::vector<long double> x;
};

/// The minimum of sum_i log(1 + exp(-y_i a_i^T x)) / m + mu / 2 ||x||^2, y_i = -1 or 1: three Newton steps for each of
/// the ridges 1, 1/2, 1/4, ... above mu, and twelve for mu, without a line search.
inline ExtendedOptimum extended_logistic(const ExtendedMatrix& a, const std::vector<double>& y, long double mu) {
  const std::int64_t m = a.rows, n = a.cols;
  ExtendedOptimum optimum;
  optimum.x.assign(n, 0);
  const auto step = [&](long double ridge) {
    ExtendedMatrix h(n, n);
    std::vector<long double> g(n);
    optimum.value = 0;
    for (std::int64_t j = 0; j < n; ++j) {
      optimum.value += ridge / 2 * optimum.x[j] * optimum.x[j];
      g[j] = -ridge * optimum.x[j];
      h(j, j) = ridge;
    }
    for (std::int64_t i = 0; i < m; ++i) {
      long double u = 0;
      for (std::int64_t j = 0; j < n; ++j) u += y[i] * a(i, j) * optimum.x[j];
      const long double p = 1 / (1 + std::exp(u));
      optimum.value += (u > 0 ? std::log1p(std::exp(-u)) : std::log1p(std::exp(u)) - u) / m;
      for (std::int64_t j = 0; j < n; ++j) {
        g[j] += p * y[i] * a(i, j) / m;
        for (std::int64_t k = j; k < n; ++k) h(k, j) += p * (1 - p) * a(i, j) * a(i, k) / m;
      }
    }
    solve_positive_definite(h, g);
    for (std::int64_t j = 0; j < n; ++j) optimum.x[j] += g[j];
  };
  for (long double ridge = 1; ridge > mu; ridge /= 2)
    for (int i = 0; i < 3; ++i) step(ridge);
  for (int i = 0; i < 12; ++i) step(mu);
  return optimum;
}

}  // namespace croquis::test
