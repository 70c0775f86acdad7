// Unknown matrices, stored by rows; and the list of all problems.
#include <cmath>
#include <functional>
#include <span>

#include "linalg/copy.hpp"
#include "tests/support/nonlinear_problems.hpp"

namespace croquis::test {
namespace {

using In = std::span<const double>;
using Out = std::span<double>;
using JacobianOut = MatrixView<double>;

// Q^T D Q = A and Q^T Q = I, upper triangles; the unknowns are the entries of Q and D.
NonlinearTestProblem eigen(const char* name, std::int64_t order,
                           const std::function<double(std::int64_t, std::int64_t)>& a) {
  const std::int64_t squares = order * order;
  const std::int64_t triangle = order * (order + 1) / 2;
  NonlinearTestProblem test{.name = name, .x0 = std::vector<double>(static_cast<std::size_t>(squares + order))};
  for (std::int64_t i = 0; i < order; ++i) test.x0[i * order + i] = test.x0[squares + i] = 1;
  test.problem = {.residuals = 2 * triangle, .unknowns = squares + order};
  test.problem.residual = [=](In x, Out r) {
    std::int64_t place = 0;
    for (std::int64_t i = 0; i < order; ++i) {
      for (std::int64_t j = i; j < order; ++j, ++place) {
        double with_d = 0;
        double without = 0;
        for (std::int64_t k = 0; k < order; ++k) {
          const double product = x[k * order + i] * x[k * order + j];
          with_d += x[squares + k] * product;
          without += product;
        }
        r[place] = with_d - a(i, j);
        r[triangle + place] = without - (i == j ? 1 : 0);
      }
    }
  };
  test.problem.jacobian = [=](In x, JacobianOut jacobian) {
    set_zero(jacobian);
    std::int64_t place = 0;
    for (std::int64_t i = 0; i < order; ++i) {
      for (std::int64_t j = i; j < order; ++j, ++place) {
        for (std::int64_t k = 0; k < order; ++k) {
          const double d = x[squares + k];
          jacobian(place, k * order + i) += d * x[k * order + j];
          jacobian(place, k * order + j) += d * x[k * order + i];
          jacobian(place, squares + k) = x[k * order + i] * x[k * order + j];
          jacobian(triangle + place, k * order + i) += x[k * order + j];
          jacobian(triangle + place, k * order + j) += x[k * order + i];
        }
      }
    }
  };
  return test;
}

}  // namespace

NonlinearTestProblem msqrta(std::int64_t order) {
  const std::int64_t n = order * order;
  NonlinearTestProblem test{.name = "MSQRTA", .f0 = 106.358109309, .f0_tolerance = 5e-10};
  std::vector<double> b;
  for (std::int64_t k = 1; k <= n; ++k) b.push_back(std::sin(static_cast<double>(k * k)));
  for (const double entry : b) test.x0.push_back(0.2 * entry);
  test.problem = {.residuals = n, .unknowns = n};
  test.problem.residual = [=](In x, Out r) {
    for (std::int64_t i = 0; i < order; ++i) {
      for (std::int64_t j = 0; j < order; ++j) {
        r[i * order + j] = 0;
        for (std::int64_t k = 0; k < order; ++k)
          r[i * order + j] += x[i * order + k] * x[k * order + j] - b[i * order + k] * b[k * order + j];
      }
    }
  };
  test.problem.jacobian = [=](In x, JacobianOut jacobian) {
    set_zero(jacobian);
    for (std::int64_t i = 0; i < order; ++i) {
      for (std::int64_t j = 0; j < order; ++j) {
        for (std::int64_t k = 0; k < order; ++k) {
          jacobian(i * order + j, i * order + k) += x[k * order + j];
          jacobian(i * order + j, k * order + j) += x[i * order + k];
        }
      }
    }
  };
  return test;
}

NonlinearTestProblem eigena(std::int64_t order) {
  NonlinearTestProblem test = eigen("EIGENA", order, [](std::int64_t i, std::int64_t j) { return i == j ? i + 1 : 0; });
  test.f0 = 142.5;
  test.f0_tolerance = 1e-12;
  return test;
}

NonlinearTestProblem eigenb(std::int64_t order) {
  NonlinearTestProblem test =
      eigen("EIGENB", order, [](std::int64_t i, std::int64_t j) { return i == j ? 2 : (j == i + 1 ? -1 : 0); });
  test.f0 = 9.5;
  test.f0_tolerance = 1e-13;
  return test;
}

NonlinearTestProblem yatp1cne(std::int64_t order) {
  const std::int64_t squares = order * order;
  const std::int64_t n = squares + 2 * order;
  NonlinearTestProblem test{.name = "YATP1CNE",
                            .x0 = std::vector<double>(static_cast<std::size_t>(n)),
                            .f0 = 1036821.48,
                            .f0_tolerance = 5e-3};
  for (std::int64_t k = 0; k < squares; ++k) test.x0[k] = 6;
  test.problem = {.residuals = n, .unknowns = n};
  test.problem.residual = [=](In x, Out r) {
    for (std::int64_t k = squares; k < n; ++k) r[k] = -1;
    for (std::int64_t i = 0; i < order; ++i) {
      for (std::int64_t j = 0; j < order; ++j) {
        const double u = x[i * order + j];
        const double multiplier = x[squares + i] + x[squares + order + j];
        r[i * order + j] = u * u * u - 10 * u * u - multiplier * (u * std::cos(u) - std::sin(u));
        r[squares + i] += std::sin(u) / u;
        r[squares + order + j] += std::sin(u) / u;
      }
    }
  };
  test.problem.jacobian = [=](In x, JacobianOut jacobian) {
    set_zero(jacobian);
    for (std::int64_t i = 0; i < order; ++i) {
      for (std::int64_t j = 0; j < order; ++j) {
        const std::int64_t k = i * order + j;
        const double u = x[k];
        const double multiplier = x[squares + i] + x[squares + order + j];
        const double slope = u * std::cos(u) - std::sin(u);
        jacobian(k, k) = 3 * u * u - 20 * u + multiplier * u * std::sin(u);
        jacobian(k, squares + i) = jacobian(k, squares + order + j) = -slope;
        jacobian(squares + i, k) = jacobian(squares + order + j, k) = slope / (u * u);
      }
    }
  };
  return test;
}

std::vector<NonlinearTestProblem> nonlinear_test_problems() {
  return {artif(),    argtrig(),  bratu2d(),  bratu3d(),  cbratu2d(), broydn3d(), chandheq(), integreq(), morebv(),
          luksan21(), oscigrne(), oscipane(), vardimne(), freurone(), penlt1ne(), penlt2ne(), msqrta(),   arglale(),
          arglble(),  luksan11(), eigena(),   eigenb(),   yatp1cne(), brownal(),  powellsg(), arwhdne()};
}

}  // namespace croquis::test
