// Boundary value problems and integral equations.
#include <cmath>
#include <span>

#include "linalg/copy.hpp"
#include "tests/support/nonlinear_problems.hpp"

namespace croquis::test {
namespace {

using In = std::span<const double>;
using Out = std::span<double>;
using JacobianOut = MatrixView<double>;

double cube(double x) { return x * x * x; }

// The points of a box of `side` points in each of `dimensions` directions, and zeros around it.
struct Grid {
  std::int64_t side;
  int dimensions;
  std::int64_t size() const {
    std::int64_t product = 1;
    for (int d = 0; d < dimensions; ++d) product *= side;
    return product;
  }
  // Calls body with the index of each neighbour of point k inside the box.
  template <class Body>
  void for_each_neighbour(std::int64_t k, const Body& body) const {
    std::int64_t stride = 1;
    for (int d = 0; d < dimensions; ++d, stride *= side) {
      const std::int64_t place = k / stride % side;
      if (place > 0) body(k - stride);
      if (place < side - 1) body(k + stride);
    }
  }
};

// 2 d u - sum of neighbours - h^2 lambda e^u.
NonlinearTestProblem bratu(const char* name, const Grid& grid, double lambda) {
  const std::int64_t n = grid.size();
  const double h = 1 / static_cast<double>(grid.side + 1);
  const double load = h * h * lambda;
  NonlinearTestProblem test{.name = name, .x0 = std::vector<double>(static_cast<std::size_t>(n))};
  test.problem = {.residuals = n, .unknowns = n};
  test.problem.residual = [=](In x, Out r) {
    for (std::int64_t k = 0; k < n; ++k) {
      r[k] = 2 * grid.dimensions * x[k] - load * std::exp(x[k]);
      grid.for_each_neighbour(k, [&](std::int64_t other) { r[k] -= x[other]; });
    }
  };
  test.problem.jacobian = [=](In x, JacobianOut j) {
    set_zero(j);
    for (std::int64_t k = 0; k < n; ++k) {
      j(k, k) = 2 * grid.dimensions - load * std::exp(x[k]);
      grid.for_each_neighbour(k, [&](std::int64_t other) { j(k, other) = -1; });
    }
  };
  return test;
}

// 2 x_i - x_(i-1) - x_(i+1) + h^2/2 (x_i + t_i + 1)^3 + shift.
NonlinearTestProblem two_point(const char* name, std::int64_t n, double shift) {
  const double h = 1 / static_cast<double>(n + 1);
  NonlinearTestProblem test{.name = name};
  for (std::int64_t i = 1; i <= n; ++i) {
    const double t = static_cast<double>(i) * h;
    test.x0.push_back(t * (t - 1));
  }
  test.problem = {.residuals = n, .unknowns = n};
  test.problem.residual = [=](In x, Out r) {
    for (std::int64_t i = 0; i < n; ++i) {
      const double t = static_cast<double>(i + 1) * h;
      r[i] = 2 * x[i] + h * h / 2 * cube(x[i] + t + 1) + shift;
      if (i > 0) r[i] -= x[i - 1];
      if (i < n - 1) r[i] -= x[i + 1];
    }
  };
  test.problem.jacobian = [=](In x, JacobianOut j) {
    set_zero(j);
    for (std::int64_t i = 0; i < n; ++i) {
      const double t = static_cast<double>(i + 1) * h;
      j(i, i) = 2 + 1.5 * h * h * (x[i] + t + 1) * (x[i] + t + 1);
      if (i > 0) j(i, i - 1) = -1;
      if (i < n - 1) j(i, i + 1) = -1;
    }
  };
  return test;
}

}  // namespace

NonlinearTestProblem bratu2d(std::int64_t points) {
  NonlinearTestProblem test = bratu("BRATU2D", {points - 2, 2}, 4);
  test.f0 = 0.0780368846;
  test.f0_tolerance = 5e-11;
  return test;
}

NonlinearTestProblem bratu3d(std::int64_t points) {
  NonlinearTestProblem test = bratu("BRATU3D", {points - 2, 3}, 6.80812);
  test.f0 = 2.4442645395;
  test.f0_tolerance = 5e-11;
  return test;
}

NonlinearTestProblem cbratu2d(std::int64_t points) {
  const Grid grid{points - 2, 2};
  const std::int64_t n = grid.size();
  const double h = 1 / static_cast<double>(points - 1);
  const double load = 5 * h * h;
  NonlinearTestProblem test{.name = "CBRATU2D",
                            .x0 = std::vector<double>(static_cast<std::size_t>(2 * n)),
                            .f0 = 0.2411265432,
                            .f0_tolerance = 5e-11};
  test.problem = {.residuals = 2 * n, .unknowns = 2 * n};
  test.problem.residual = [=](In x, Out r) {
    for (std::int64_t k = 0; k < n; ++k) {
      const double u = x[k];
      const double v = x[n + k];
      r[k] = 4 * u - load * std::exp(u) * std::cos(v);
      r[n + k] = 4 * v - load * std::exp(u) * std::sin(v);
      grid.for_each_neighbour(k, [&](std::int64_t other) {
        r[k] -= x[other];
        r[n + k] -= x[n + other];
      });
    }
  };
  test.problem.jacobian = [=](In x, JacobianOut j) {
    set_zero(j);
    for (std::int64_t k = 0; k < n; ++k) {
      const double c = load * std::exp(x[k]) * std::cos(x[n + k]);
      const double s = load * std::exp(x[k]) * std::sin(x[n + k]);
      j(k, k) = j(n + k, n + k) = 4 - c;
      j(k, n + k) = s;
      j(n + k, k) = -s;
      grid.for_each_neighbour(k, [&](std::int64_t other) { j(k, other) = j(n + k, n + other) = -1; });
    }
  };
  return test;
}

NonlinearTestProblem chandheq(std::int64_t n) {
  // f0 by exact rational arithmetic; the value that circulates, 3.4616827221, is right to ten digits.
  NonlinearTestProblem test{.name = "CHANDHEQ",
                            .x0 = std::vector<double>(static_cast<std::size_t>(n), 1.0),
                            .f0 = 3.4616827216210866,
                            .f0_tolerance = 1e-14};
  const auto factor = [n](std::int64_t i, std::int64_t k) {
    return static_cast<double>(i + 1) / static_cast<double>(i + k + 2) / (2 * static_cast<double>(n));
  };
  test.problem = {.residuals = n, .unknowns = n};
  test.problem.residual = [=](In x, Out r) {
    for (std::int64_t i = 0; i < n; ++i) {
      double sum = 0;
      for (std::int64_t k = 0; k < n; ++k) sum += factor(i, k) * x[k];
      r[i] = x[i] - 1 - x[i] * sum;
    }
  };
  test.problem.jacobian = [=](In x, JacobianOut j) {
    for (std::int64_t i = 0; i < n; ++i) {
      double sum = 0;
      for (std::int64_t k = 0; k < n; ++k) {
        sum += factor(i, k) * x[k];
        j(i, k) = -x[i] * factor(i, k);
      }
      j(i, i) += 1 - sum;
    }
  };
  return test;
}

NonlinearTestProblem integreq(std::int64_t n) {
  NonlinearTestProblem test = two_point("INTEGREQ", n, 0);
  test.f0 = 0.2865251532;
  test.f0_tolerance = 5e-11;
  const double h = 1 / static_cast<double>(n + 1);
  // h/2 (1 - t_i) t_k below the diagonal and on it, h/2 t_i (1 - t_k) above.
  const auto kernel = [h](std::int64_t i, std::int64_t k) {
    const double t = static_cast<double>(i + 1) * h;
    const double s = static_cast<double>(k + 1) * h;
    return h / 2 * (k <= i ? (1 - t) * s : t * (1 - s));
  };
  test.problem.residual = [=](In x, Out r) {
    for (std::int64_t i = 0; i < n; ++i) {
      r[i] = x[i];
      for (std::int64_t k = 0; k < n; ++k) r[i] += kernel(i, k) * cube(x[k] + static_cast<double>(k + 1) * h + 1);
    }
  };
  test.problem.jacobian = [=](In x, JacobianOut j) {
    for (std::int64_t k = 0; k < n; ++k) {
      const double base = x[k] + static_cast<double>(k + 1) * h + 1;
      for (std::int64_t i = 0; i < n; ++i) j(i, k) = (i == k ? 1 : 0) + kernel(i, k) * 3 * base * base;
    }
  };
  return test;
}

NonlinearTestProblem morebv(std::int64_t n) {
  NonlinearTestProblem test = two_point("MOREBV", n, 0);
  test.f0 = 6.16462561e-7;
  test.f0_tolerance = 5e-16;
  return test;
}

NonlinearTestProblem luksan21(std::int64_t n) {
  NonlinearTestProblem test = two_point("LUKSAN21", n, 1);
  test.f0 = 49.9937536;
  test.f0_tolerance = 5e-8;
  return test;
}

}  // namespace croquis::test
