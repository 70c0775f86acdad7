// Nonlinear problems of a few unknowns.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include <croquis/solvers/nonlinear_problem.hpp>

namespace croquis::test {

// Rosenbrock's valley, with its root at (1, 1).
inline NonlinearProblem rosenbrock() {
  NonlinearProblem problem{.residuals = 2, .unknowns = 2};
  problem.residual = [](std::span<const double> x, std::span<double> r) {
    r[0] = 10 * (x[1] - x[0] * x[0]);
    r[1] = 1 - x[0];
  };
  problem.jacobian = [](std::span<const double> x, MatrixView<double> j) {
    j(0, 0) = -20 * x[0];
    j(0, 1) = 10;
    j(1, 0) = -1;
    j(1, 1) = 0;
  };
  return problem;
}
inline const std::vector<double> valley{-1.2, 1};

// y = e^(-x_0 t) + ..., a sum of `n` decays seen at m times: tall.
inline NonlinearProblem decays(std::int64_t m, std::int64_t n) {
  NonlinearProblem problem{.residuals = m, .unknowns = n};
  const auto time = [m](std::int64_t i) { return 3 * static_cast<double>(i) / static_cast<double>(m); };
  problem.residual = [=](std::span<const double> x, std::span<double> r) {
    for (std::int64_t i = 0; i < m; ++i) {
      r[i] = 0.01 * std::sin(static_cast<double>(i));
      for (std::int64_t k = 0; k < n; ++k) r[i] += std::exp(-x[k] * time(i)) - std::exp(-0.7 * (k + 1) * time(i));
    }
  };
  problem.jacobian = [=](std::span<const double> x, MatrixView<double> j) {
    for (std::int64_t k = 0; k < n; ++k)
      for (std::int64_t i = 0; i < m; ++i) j(i, k) = -time(i) * std::exp(-x[k] * time(i));
  };
  return problem;
}

inline bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

}  // namespace croquis::test
