// The full solver on the test problems; limits, options and the table.
#include <croquis/solvers/nonlinear_least_squares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <croquis/errors.hpp>

#include "tests/support/nonlinear_problems.hpp"
#include "tests/support/small_nonlinear_problems.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("The test problems are solved") {
  for (const auto& test : nonlinear_test_problems()) {
    CAPTURE(test.name);
    const NonlinearFit fit = nonlinear_least_squares(test.problem, test.x0);
    CAPTURE(fit.message);
    CHECK(fit.solved());
    CHECK(std::abs(fit.initial_cost - test.f0) <= 2 * test.f0_tolerance);
    if (test.name == "OSCIPANE") {
      // Its valley bends 4^99 times; x0 is all but stationary, and the report's rank says that it is not to be trusted.
      CHECK(fit.rank < test.problem.unknowns);
      CHECK(fit.orthogonality <= 1e-12);
    } else if (test.minimum == 0) {
      CHECK(fit.cost < 1e-12);
    } else {
      // The known minima have five digits or more.
      CHECK(fit.cost == doctest::Approx(test.minimum).epsilon(1e-5));
    }
  }
  // With a few unknowns the valley can be followed to its end, in some hundred steps to begin with and twice as many
  // for each unknown more.
  for (const std::int64_t n : {3, 5}) {
    const NonlinearTestProblem short_valley = oscipane(n);
    const NonlinearFit end = nonlinear_least_squares(short_valley.problem, short_valley.x0, {.iteration_limit = 10000});
    CHECK(end.solved());
    CHECK(end.cost < 1e-12);
  }
}

TEST_CASE("Other globalizations, and differences for derivatives") {
  for (const auto& test : {broydn3d(), bratu2d(), eigena(), powellsg(), arglale(), morebv(), msqrta()}) {
    CAPTURE(test.name);
    NonlinearProblem bare = test.problem;
    bare.jacobian = nullptr;
    bare.parallel_residuals = true;
    for (const auto kind : {NonlinearGlobalization::trust_region, NonlinearGlobalization::quadratic_regularization,
                            NonlinearGlobalization::cubic_regularization}) {
      CAPTURE(to_string(kind));
      const NonlinearOptions options{.globalization = kind};
      CHECK(nonlinear_least_squares(test.problem, test.x0, options).cost <= test.minimum * (1 + 1e-9) + 1e-12);
      CHECK(nonlinear_least_squares(bare, test.x0, options).cost <= test.minimum * (1 + 1e-9) + 1e-12);
    }
  }
}

TEST_CASE("Residuals in other units have the same iterates") {
  // By a power of two, so that no rounding differs.
  for (const double unit : {0x1p60, 0x1p-60})
    for (const auto kind : {NonlinearGlobalization::trust_region, NonlinearGlobalization::quadratic_regularization,
                            NonlinearGlobalization::cubic_regularization}) {
      CAPTURE(to_string(kind));
      for (const auto& test : {broydn3d(20), freurone(20), bratu2d(6)}) {
        CAPTURE(test.name);
        NonlinearProblem scaled = test.problem;
        scaled.residual = [&](std::span<const double> x, std::span<double> r) {
          test.problem.residual(x, r);
          for (double& entry : r) entry *= unit;
        };
        scaled.jacobian = [&](std::span<const double> x, MatrixView<double> j) {
          test.problem.jacobian(x, j);
          for (std::int64_t k = 0; k < j.cols; ++k)
            for (std::int64_t i = 0; i < j.rows; ++i) j(i, k) *= unit;
        };
        const NonlinearFit a = nonlinear_least_squares(test.problem, test.x0, {.globalization = kind});
        const NonlinearFit b = nonlinear_least_squares(scaled, test.x0, {.globalization = kind});
        CHECK(a.solved());
        CHECK(same_bits(a.x, b.x));
        CHECK(a.iterations == b.iterations);
      }
    }
}

TEST_CASE("A step bent for curvature follows a sphere") {
  // Its valley is a sphere: straight steps must be short not to leave it, and the solve then takes thousands.
  const NonlinearTestProblem test = penlt1ne();
  for (const auto kind :
       {NonlinearGlobalization::quadratic_regularization, NonlinearGlobalization::cubic_regularization}) {
    CAPTURE(to_string(kind));
    const NonlinearFit fit = nonlinear_least_squares(test.problem, test.x0, {.globalization = kind});
    CHECK(fit.solved());
    CHECK(fit.cost == doctest::Approx(test.minimum).epsilon(1e-5));
    CHECK(fit.iterations <= 500);
  }
}

TEST_CASE("Differences next to zero: a step that shows nothing is made longer") {
  NonlinearProblem problem{.residuals = 3, .unknowns = 2};
  problem.residual = [](std::span<const double> x, std::span<double> r) {
    r[0] = x[0] - 3;
    r[1] = x[1] + x[0] * x[0] - 4;
    r[2] = 1e-3 * x[1];
  };
  for (const double start : {0.0, 1e-300, -1e-30, 1e-9}) {
    CAPTURE(start);
    for (const auto scheme : {DifferenceScheme::forward, DifferenceScheme::central}) {
      problem.differences = scheme;
      const NonlinearFit fit = nonlinear_least_squares(problem, std::vector<double>{start, start});
      CHECK(fit.solved());
      CHECK(fit.x[0] == doctest::Approx(3).epsilon(1e-4));
      CHECK(fit.cost < 1e-3);
    }
  }
}

TEST_CASE("Limits, cancelling, and exceptions that pass through") {
  const NonlinearFit short_of_time = nonlinear_least_squares(rosenbrock(), valley, {.iteration_limit = 3});
  CHECK(short_of_time.status == Status::iteration_limit);
  CHECK(short_of_time.iterations == 3);
  CHECK(short_of_time.cost < short_of_time.initial_cost);
  CHECK(nonlinear_least_squares(rosenbrock(), valley, {.evaluation_limit = 4}).residual_evaluations == 4);
  const NonlinearFit few = nonlinear_least_squares(rosenbrock(), valley, {.jacobian_column_limit = 6});
  CHECK(few.status == Status::evaluation_limit);
  CHECK(few.jacobian_columns == 6);

  std::vector<double> seen;
  const NonlinearFit cancelled =
      nonlinear_least_squares(rosenbrock(), valley, {.on_iteration = [&](const NonlinearProgress& progress) {
                                seen.assign(progress.x.begin(), progress.x.end());
                                return progress.iteration < 2;
                              }});
  CHECK(cancelled.status == Status::cancelled);
  CHECK(cancelled.iterations == 2);
  CHECK(cancelled.x == seen);

  CHECK_THROWS_WITH_AS(nonlinear_least_squares(
                           rosenbrock(), valley,
                           {.on_iteration = [](const NonlinearProgress&) -> bool { throw std::runtime_error("log"); }}),
                       "log", std::runtime_error);
  NonlinearProblem throwing = rosenbrock();
  int calls = 0;
  throwing.residual = [&](std::span<const double> x, std::span<double> r) {
    if (++calls == 4) throw std::runtime_error("simulation failed");
    rosenbrock().residual(x, r);
  };
  CHECK_THROWS_WITH_AS(nonlinear_least_squares(throwing, valley), "simulation failed", std::runtime_error);
}

TEST_CASE("Options out of range and shapes that do not fit are named") {
  using Doc = doctest::Contains;
  const auto with = [](const NonlinearOptions& options) {
    (void)nonlinear_least_squares(rosenbrock(), valley, options);
  };
  CHECK_THROWS_WITH_AS(with({.gradient_tolerance = -1}), Doc("gradient_tolerance"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.step_tolerance = not_a_number}), Doc("step_tolerance"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.residual_tolerance = 1}), Doc("residual_tolerance"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.iteration_limit = -1}), Doc("iteration_limit"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.evaluation_limit = -1}), Doc("evaluation_limit"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.jacobian_column_limit = -1}), Doc("jacobian_column_limit"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.initial_radius = -2}), Doc("initial_radius"), InvalidOption);
  CHECK_THROWS_WITH_AS((void)nonlinear_least_squares(rosenbrock(), std::vector<double>{1}), Doc("x0 is 1 x 1"),
                       ShapeError);
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH_AS((void)nonlinear_least_squares(rosenbrock(), std::vector<double>{1, infinity}),
                       Doc("entry 1 of x0 is inf"), InvalidOption);
  CHECK_THROWS_WITH_AS((void)nonlinear_least_squares(rosenbrock(), std::vector<double>{not_a_number, 1}),
                       Doc("entry 0 of x0 is nan but must be finite"), InvalidOption);
}

TEST_CASE("The table has a line for each iteration, and says which steps failed") {
  NonlinearProblem problem = rosenbrock();
  int calls = 0;
  problem.residual = [&](std::span<const double> x, std::span<double> r) {
    rosenbrock().residual(x, r);
    if (++calls == 3) r[0] = not_a_number;
  };
  const NonlinearFit fit = nonlinear_least_squares(problem, valley);
  const std::string table = iteration_table(fit);
  CHECK(std::count(table.begin(), table.end(), '\n') == fit.iterations + 3);
  CHECK(table.find("|gradient|") != std::string::npos);
  CHECK(table.find(fit.message) != std::string::npos);
  std::int64_t rejected = 0;
  double cost = fit.initial_cost;
  for (const NonlinearIteration& it : fit.history) {
    if (!it.accepted) ++rejected;
    CHECK(it.cost <= cost);
    cost = it.cost;
  }
  CHECK(rejected > 0);
  std::int64_t marked = 0;
  for (std::size_t at = table.find("rejected"); at != std::string::npos; at = table.find("rejected", at + 1)) ++marked;
  CHECK(marked == rejected);
}
