// Chains: each residual is one of a few neighbours.
#include <cmath>
#include <span>

#include "linalg/copy.hpp"
#include "tests/support/nonlinear_problems.hpp"

namespace croquis::test {
namespace {

using In = std::span<const double>;
using Out = std::span<double>;
using JacobianOut = MatrixView<double>;

constexpr double rho = 500;

double square(double x) { return x * x; }

std::vector<double> all(std::int64_t n, double value) {
  return std::vector<double>(static_cast<std::size_t>(n), value);
}

// x_i - 2 x_(i-1)^2 + 1, for i > 0.
double oscillation(In x, std::int64_t i) { return x[i] - 2 * square(x[i - 1]) + 1; }

}  // namespace

NonlinearTestProblem artif(std::int64_t n) {
  NonlinearTestProblem test{.name = "ARTIF", .x0 = all(n, 1), .f0 = 18.295572661, .f0_tolerance = 5e-10};
  test.problem = {.residuals = n, .unknowns = n};
  const auto frequency = [](std::int64_t i) { return static_cast<double>((i + 1) % 100); };
  test.problem.residual = [=](In x, Out r) {
    for (std::int64_t i = 0; i < n; ++i) {
      const double neighbours = (i > 0 ? x[i - 1] : 0) + (i < n - 1 ? x[i + 1] : 0);
      r[i] = -0.05 * (neighbours + x[i]) + std::atan(std::sin(frequency(i) * x[i]));
    }
  };
  test.problem.jacobian = [=](In x, JacobianOut j) {
    set_zero(j);
    for (std::int64_t i = 0; i < n; ++i) {
      const double angle = frequency(i) * x[i];
      j(i, i) = -0.05 + frequency(i) * std::cos(angle) / (1 + square(std::sin(angle)));
      if (i > 0) j(i, i - 1) = -0.05;
      if (i < n - 1) j(i, i + 1) = -0.05;
    }
  };
  return test;
}

NonlinearTestProblem broydn3d(std::int64_t n) {
  NonlinearTestProblem test{.name = "BROYDN3D", .x0 = all(n, -1), .f0 = 55.5, .f0_tolerance = 1e-12};
  test.problem = {.residuals = n, .unknowns = n};
  test.problem.residual = [=](In x, Out r) {
    for (std::int64_t i = 0; i < n; ++i)
      r[i] = (3 - 2 * x[i]) * x[i] - (i > 0 ? x[i - 1] : 0) - 2 * (i < n - 1 ? x[i + 1] : 0) + 1;
  };
  test.problem.jacobian = [=](In x, JacobianOut j) {
    set_zero(j);
    for (std::int64_t i = 0; i < n; ++i) {
      j(i, i) = 3 - 4 * x[i];
      if (i > 0) j(i, i - 1) = -1;
      if (i < n - 1) j(i, i + 1) = -2;
    }
  };
  return test;
}

NonlinearTestProblem oscigrne(std::int64_t n) {
  NonlinearTestProblem test{.name = "OSCIGRNE", .x0 = all(n, 1), .f0 = 306036001.125, .f0_tolerance = 1e-6};
  test.x0[0] = -2;
  test.problem = {.residuals = n, .unknowns = n};
  test.problem.residual = [=](In x, Out r) {
    for (std::int64_t i = 0; i < n; ++i) {
      r[i] = i == 0 ? 0.5 * x[0] - 0.5 : 2 * rho * oscillation(x, i);
      if (i < n - 1) r[i] -= 4 * rho * oscillation(x, i + 1) * x[i];
    }
  };
  test.problem.jacobian = [=](In x, JacobianOut j) {
    set_zero(j);
    for (std::int64_t i = 0; i < n; ++i) {
      j(i, i) = i == 0 ? 0.5 : 2 * rho;
      if (i > 0) j(i, i - 1) = -8 * rho * x[i - 1];
      if (i == n - 1) continue;
      j(i, i) -= 4 * rho * (oscillation(x, i + 1) - 4 * square(x[i]));
      j(i, i + 1) = -4 * rho * x[i];
    }
  };
  return test;
}

NonlinearTestProblem oscipane(std::int64_t n) {
  NonlinearTestProblem test{.name = "OSCIPANE", .x0 = all(n, 1), .f0 = 0.5, .f0_tolerance = 1e-13};
  test.x0[0] = -1;
  test.problem = {.residuals = n, .unknowns = n};
  test.problem.residual = [=](In x, Out r) {
    r[0] = 0.5 * (x[0] - 1);
    for (std::int64_t i = 1; i < n; ++i) r[i] = rho * oscillation(x, i);
  };
  test.problem.jacobian = [=](In x, JacobianOut j) {
    set_zero(j);
    j(0, 0) = 0.5;
    for (std::int64_t i = 1; i < n; ++i) {
      j(i, i) = rho;
      j(i, i - 1) = -4 * rho * x[i - 1];
    }
  };
  return test;
}

NonlinearTestProblem freurone(std::int64_t n) {
  NonlinearTestProblem test{
      .name = "FREURONE", .x0 = all(n, 0), .f0 = 49778.25, .f0_tolerance = 1e-9, .minimum = 5982.288677};
  test.x0[0] = 0.5;
  test.x0[1] = -2;
  test.problem = {.residuals = 2 * (n - 1), .unknowns = n};
  test.problem.residual = [=](In x, Out r) {
    for (std::int64_t i = 0; i < n - 1; ++i) {
      const double a = x[i];
      const double b = x[i + 1];
      r[2 * i] = a - 13 - 2 * b + 5 * b * b - b * b * b;
      r[2 * i + 1] = a - 29 - 14 * b + b * b + b * b * b;
    }
  };
  test.problem.jacobian = [=](In x, JacobianOut j) {
    set_zero(j);
    for (std::int64_t i = 0; i < n - 1; ++i) {
      const double b = x[i + 1];
      j(2 * i, i) = j(2 * i + 1, i) = 1;
      j(2 * i, i + 1) = -2 + 10 * b - 3 * b * b;
      j(2 * i + 1, i + 1) = -14 + 2 * b + 3 * b * b;
    }
  };
  return test;
}

NonlinearTestProblem luksan11(std::int64_t n) {
  NonlinearTestProblem test{.name = "LUKSAN11", .x0 = all(n, -0.8), .f0 = 313.03199, .f0_tolerance = 5e-6};
  test.problem = {.residuals = 2 * (n - 1), .unknowns = n};
  test.problem.residual = [=](In x, Out r) {
    for (std::int64_t i = 0; i < n - 1; ++i) {
      r[2 * i] = 20 * x[i] / (1 + square(x[i])) - 10 * x[i + 1];
      r[2 * i + 1] = x[i] - 1;
    }
  };
  test.problem.jacobian = [=](In x, JacobianOut j) {
    set_zero(j);
    for (std::int64_t i = 0; i < n - 1; ++i) {
      j(2 * i, i) = 20 * (1 - square(x[i])) / square(1 + square(x[i]));
      j(2 * i, i + 1) = -10;
      j(2 * i + 1, i) = 1;
    }
  };
  return test;
}

NonlinearTestProblem powellsg(std::int64_t n) {
  NonlinearTestProblem test{.name = "POWELLSG", .x0 = all(n, 0), .f0 = 2687.5, .f0_tolerance = 1e-11};
  for (std::int64_t i = 0; i < n; i += 4) {
    test.x0[i] = 3;
    test.x0[i + 1] = -1;
    test.x0[i + 3] = 1;
  }
  test.problem = {.residuals = n, .unknowns = n};
  test.problem.residual = [=](In x, Out r) {
    for (std::int64_t i = 0; i < n; i += 4) {
      r[i] = x[i] + 10 * x[i + 1];
      r[i + 1] = std::sqrt(5.0) * (x[i + 2] - x[i + 3]);
      r[i + 2] = square(x[i + 1] - 2 * x[i + 2]);
      r[i + 3] = std::sqrt(10.0) * square(x[i] - x[i + 3]);
    }
  };
  test.problem.jacobian = [=](In x, JacobianOut j) {
    set_zero(j);
    for (std::int64_t i = 0; i < n; i += 4) {
      j(i, i) = 1;
      j(i, i + 1) = 10;
      j(i + 1, i + 2) = std::sqrt(5.0);
      j(i + 1, i + 3) = -std::sqrt(5.0);
      j(i + 2, i + 1) = 2 * (x[i + 1] - 2 * x[i + 2]);
      j(i + 2, i + 2) = -4 * (x[i + 1] - 2 * x[i + 2]);
      j(i + 3, i) = 2 * std::sqrt(10.0) * (x[i] - x[i + 3]);
      j(i + 3, i + 3) = -2 * std::sqrt(10.0) * (x[i] - x[i + 3]);
    }
  };
  return test;
}

NonlinearTestProblem arwhdne(std::int64_t n) {
  NonlinearTestProblem test{
      .name = "ARWHDNE", .x0 = all(n, 1), .f0 = 247.5, .f0_tolerance = 1e-12, .minimum = 13.83101497};
  test.problem = {.residuals = 2 * (n - 1), .unknowns = n};
  test.problem.residual = [=](In x, Out r) {
    for (std::int64_t i = 0; i < n - 1; ++i) {
      r[2 * i] = -4 * x[i] + 3;
      r[2 * i + 1] = square(x[i]) + square(x[n - 1]);
    }
  };
  test.problem.jacobian = [=](In x, JacobianOut j) {
    set_zero(j);
    for (std::int64_t i = 0; i < n - 1; ++i) {
      j(2 * i, i) = -4;
      j(2 * i + 1, i) = 2 * x[i];
      j(2 * i + 1, n - 1) = 2 * x[n - 1];
    }
  };
  return test;
}

}  // namespace croquis::test
