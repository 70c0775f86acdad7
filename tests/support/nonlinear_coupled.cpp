// Residuals of all unknowns.
#include <cmath>
#include <span>

#include "linalg/copy.hpp"
#include "tests/support/nonlinear_problems.hpp"

namespace croquis::test {
namespace {

using In = std::span<const double>;
using Out = std::span<double>;
using JacobianOut = MatrixView<double>;

double square(double x) { return x * x; }

std::vector<double> all(std::int64_t n, double value) {
  return std::vector<double>(static_cast<std::size_t>(n), value);
}

double sum(In x) {
  double total = 0;
  for (const double entry : x) total += entry;
  return total;
}

// The sum of (i + 1) (x_i - shift).
double ranked_sum(In x, double shift) {
  double total = 0;
  for (std::size_t i = 0; i < x.size(); ++i) total += static_cast<double>(i + 1) * (x[i] - shift);
  return total;
}

}  // namespace

NonlinearTestProblem argtrig(std::int64_t n) {
  NonlinearTestProblem test{
      .name = "ARGTRIG", .x0 = all(n, 1 / static_cast<double>(n)), .f0 = 16.498207021, .f0_tolerance = 5e-10};
  test.problem = {.residuals = n, .unknowns = n};
  test.problem.residual = [=](In x, Out r) {
    double cosines = 0;
    for (const double entry : x) cosines += std::cos(entry);
    for (std::int64_t i = 0; i < n; ++i) {
      const auto k = static_cast<double>(i + 1);
      r[i] = cosines + k * (std::cos(x[i]) + std::sin(x[i])) - (static_cast<double>(n) + k);
    }
  };
  test.problem.jacobian = [=](In x, JacobianOut j) {
    for (std::int64_t k = 0; k < n; ++k) {
      for (std::int64_t i = 0; i < n; ++i) j(i, k) = -std::sin(x[k]);
      j(k, k) += static_cast<double>(k + 1) * (std::cos(x[k]) - std::sin(x[k]));
    }
  };
  return test;
}

NonlinearTestProblem vardimne(std::int64_t n) {
  NonlinearTestProblem test{.name = "VARDIMNE", .f0 = 6.5529184844664e13, .f0_tolerance = 1};
  for (std::int64_t i = 1; i <= n; ++i) test.x0.push_back(1 - static_cast<double>(i) / static_cast<double>(n));
  test.problem = {.residuals = n + 2, .unknowns = n};
  test.problem.residual = [=](In x, Out r) {
    for (std::int64_t i = 0; i < n; ++i) r[i] = x[i] - 1;
    r[n] = ranked_sum(x, 1);
    r[n + 1] = square(r[n]);
  };
  test.problem.jacobian = [=](In x, JacobianOut j) {
    set_zero(j);
    const double s = ranked_sum(x, 1);
    for (std::int64_t i = 0; i < n; ++i) {
      j(i, i) = 1;
      j(n, i) = static_cast<double>(i + 1);
      j(n + 1, i) = 2 * s * static_cast<double>(i + 1);
    }
  };
  return test;
}

NonlinearTestProblem penlt1ne(std::int64_t n) {
  NonlinearTestProblem test{.name = "PENLT1NE", .f0 = 5.72402766625e10, .f0_tolerance = 0.05, .minimum = 4.5125e-9};
  for (std::int64_t i = 1; i <= n; ++i) test.x0.push_back(static_cast<double>(i));
  test.problem = {.residuals = n + 1, .unknowns = n};
  test.problem.residual = [=](In x, Out r) {
    r[n] = -0.25;
    for (std::int64_t i = 0; i < n; ++i) {
      r[i] = 1e-5 * (x[i] - 1);
      r[n] += square(x[i]);
    }
  };
  test.problem.jacobian = [=](In x, JacobianOut j) {
    set_zero(j);
    for (std::int64_t i = 0; i < n; ++i) {
      j(i, i) = 1e-5;
      j(n, i) = 2 * x[i];
    }
  };
  return test;
}

NonlinearTestProblem penlt2ne(std::int64_t n) {
  NonlinearTestProblem test{
      .name = "PENLT2NE", .x0 = all(n, 0.5), .f0 = 795691.6555, .f0_tolerance = 5e-5, .minimum = 0.4904688};
  // x1 - .2, then the pairs, then the single ones, then the sphere: 1 + 2 (n - 1) + 1 of them.
  test.problem = {.residuals = 2 * n, .unknowns = n};
  const auto weight = [n](std::int64_t i) { return static_cast<double>(n - i); };
  const auto target = [](std::int64_t i) { return std::exp(static_cast<double>(i + 1) / 10); };
  test.problem.residual = [=](In x, Out r) {
    r[0] = x[0] - 0.2;
    r[2 * n - 1] = weight(0) * square(x[0]) - 1;
    for (std::int64_t i = 1; i < n; ++i) {
      r[i] = 1e-5 * (std::exp(x[i] / 10) + std::exp(x[i - 1] / 10) - target(i) - target(i - 1));
      r[n + i - 1] = 1e-5 * (std::exp(x[i] / 10) - std::exp(-0.1));
      r[2 * n - 1] += weight(i) * square(x[i]);
    }
  };
  test.problem.jacobian = [=](In x, JacobianOut j) {
    set_zero(j);
    j(0, 0) = 1;
    j(2 * n - 1, 0) = 2 * weight(0) * x[0];
    for (std::int64_t i = 1; i < n; ++i) {
      j(i, i) = j(n + i - 1, i) = 1e-6 * std::exp(x[i] / 10);
      j(i, i - 1) = 1e-6 * std::exp(x[i - 1] / 10);
      j(2 * n - 1, i) = 2 * weight(i) * x[i];
    }
  };
  return test;
}

NonlinearTestProblem arglale(std::int64_t n, std::int64_t m) {
  NonlinearTestProblem test{
      .name = "ARGLALE", .x0 = all(n, 1), .f0 = 350, .f0_tolerance = 1e-11, .minimum = static_cast<double>(m - n) / 2};
  test.problem = {.residuals = m, .unknowns = n};
  const double weight = 2 / static_cast<double>(m);
  test.problem.residual = [=](In x, Out r) {
    const double common = -weight * sum(x) - 1;
    for (std::int64_t i = 0; i < m; ++i) r[i] = common + (i < n ? x[i] : 0);
  };
  test.problem.jacobian = [=](In, JacobianOut j) {
    for (std::int64_t k = 0; k < n; ++k)
      for (std::int64_t i = 0; i < m; ++i) j(i, k) = (i == k ? 1 : 0) - weight;
  };
  return test;
}

NonlinearTestProblem arglble(std::int64_t n, std::int64_t m) {
  NonlinearTestProblem test{
      .name = "ARGLBLE", .x0 = all(n, 1), .f0 = 2.730472117402e14, .f0_tolerance = 100, .minimum = 49.812734};
  test.problem = {.residuals = m, .unknowns = n};
  test.problem.residual = [=](In x, Out r) {
    const double s = ranked_sum(x, 0);
    for (std::int64_t i = 0; i < m; ++i) r[i] = static_cast<double>(i + 1) * s - 1;
  };
  test.problem.jacobian = [=](In, JacobianOut j) {
    for (std::int64_t k = 0; k < n; ++k)
      for (std::int64_t i = 0; i < m; ++i) j(i, k) = static_cast<double>((i + 1) * (k + 1));
  };
  return test;
}

NonlinearTestProblem brownal(std::int64_t n) {
  NonlinearTestProblem test{.name = "BROWNAL", .x0 = all(n, 0.5), .f0 = 126237.875, .f0_tolerance = 1e-8};
  test.problem = {.residuals = n, .unknowns = n};
  test.problem.residual = [=](In x, Out r) {
    const double common = sum(x) - static_cast<double>(n + 1);
    double product = 1;
    for (const double entry : x) product *= entry;
    for (std::int64_t i = 0; i < n - 1; ++i) r[i] = x[i] + common;
    r[n - 1] = product - 1;
  };
  test.problem.jacobian = [=](In x, JacobianOut j) {
    for (std::int64_t k = 0; k < n; ++k) {
      double others = 1;
      for (std::int64_t i = 0; i < n; ++i)
        if (i != k) others *= x[i];
      for (std::int64_t i = 0; i < n - 1; ++i) j(i, k) = i == k ? 2 : 1;
      j(n - 1, k) = others;
    }
  };
  return test;
}

}  // namespace croquis::test
