// What ends a solve, and what must not: numbers that are none, sizes, wrong derivatives, lost rank.
#include <croquis/solvers/nonlinear_least_squares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/support/small_nonlinear_problems.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("Residuals and Jacobians that are not finite: at the start, on the way, for good") {
  NonlinearProblem problem = rosenbrock();
  const NonlinearFit reference = nonlinear_least_squares(problem, valley);
  CHECK(reference.solved());
  std::int64_t calls = 0;
  problem.residual = [&](std::span<const double> x, std::span<double> r) {
    rosenbrock().residual(x, r);
    if (++calls == 3 || calls == 4) r[1] = not_a_number;
  };
  const NonlinearFit fit = nonlinear_least_squares(problem, valley);
  CHECK(fit.solved());
  CHECK(fit.cost < 1e-20);
  CHECK_FALSE(fit.history[1].accepted);
  CHECK(std::isnan(fit.history[1].ratio));
  CHECK(fit.history[2].radius <= fit.history[1].radius / 4);

  // A wall: no residuals at x_0 > 0.5. The solver stays on this side of it.
  problem.residual = [](std::span<const double> x, std::span<double> r) {
    rosenbrock().residual(x, r);
    if (x[0] > 0.5) r[0] = not_a_number;
  };
  const NonlinearFit wall = nonlinear_least_squares(problem, valley);
  CHECK(wall.x[0] <= 0.5);
  CHECK(wall.x[0] > 0.49);
  CHECK(wall.status == Status::non_finite_input);

  problem = rosenbrock();
  problem.residual = [&](std::span<const double> x, std::span<double> r) {
    rosenbrock().residual(x, r);
    if (x[0] != valley[0] || x[1] != valley[1]) r[0] = r[1] = std::numeric_limits<double>::infinity();
  };
  const NonlinearFit stuck = nonlinear_least_squares(problem, valley);
  CHECK(stuck.status == Status::non_finite_input);
  CHECK(stuck.x == valley);
  CHECK(stuck.iterations >= 10);

  problem = rosenbrock();
  problem.residual = [](std::span<const double>, std::span<double> r) { r[0] = 1, r[1] = not_a_number; };
  const NonlinearFit at_start = nonlinear_least_squares(problem, valley);
  CHECK(at_start.status == Status::non_finite_input);
  CHECK(at_start.message.find("entry 1") != std::string::npos);
  CHECK(at_start.x == valley);
  CHECK(at_start.iterations == 0);

  problem = rosenbrock();
  std::int64_t jacobians = 0;
  problem.jacobian = [&](std::span<const double> x, MatrixView<double> j) {
    rosenbrock().jacobian(x, j);
    if (++jacobians == 2) j(1, 1) = not_a_number;
  };
  CHECK(nonlinear_least_squares(problem, valley).cost < 1e-20);
  problem.jacobian = [](std::span<const double>, MatrixView<double> j) {
    j(0, 0) = j(1, 0) = j(0, 1) = j(1, 1) = not_a_number;
  };
  CHECK(nonlinear_least_squares(problem, valley).status == Status::non_finite_input);
}

TEST_CASE("Entries that a Jacobian does not write are not taken from memory") {
  NonlinearProblem problem = rosenbrock();
  int calls = 0;
  problem.jacobian = [&](std::span<const double> x, MatrixView<double> j) {
    j(0, 0) = -20 * x[0];
    j(0, 1) = 10;
    j(1, 0) = -1;
    if (++calls == 1) j(1, 1) = 0;
  };
  const NonlinearFit fit = nonlinear_least_squares(problem, valley);
  CHECK(fit.status == Status::non_finite_input);
  CHECK(fit.x == valley);
  problem.jacobian = nullptr;
  problem.jacobian_times = [](std::span<const double>, MatrixView<const double>, MatrixView<double> jv) {
    for (std::int64_t k = 0; k < jv.cols; ++k) jv(0, k) = 1;
  };
  CHECK(nonlinear_least_squares(problem, valley).status == Status::non_finite_input);
}

TEST_CASE("A first radius that is far too short or long is no verdict") {
  for (const auto kind : {NonlinearGlobalization::trust_region, NonlinearGlobalization::quadratic_regularization,
                          NonlinearGlobalization::cubic_regularization}) {
    CAPTURE(to_string(kind));
    for (const double initial : {1e-30, 1e30}) {
      const NonlinearFit fit =
          nonlinear_least_squares(rosenbrock(), valley, {.globalization = kind, .initial_radius = initial});
      CHECK(fit.solved());
      CHECK(fit.cost < 1e-20);
    }
  }
}

TEST_CASE("Nor is an x0 that is all but zero, or far away") {
  for (const double size : {1e-200, 1e-100, 1e-20, 1e8}) {
    CAPTURE(size);
    const NonlinearFit fit = nonlinear_least_squares(rosenbrock(), std::vector<double>{size, -size});
    CAPTURE(fit.message);
    CHECK(fit.solved());
    CHECK(fit.cost < 1e-20);
  }
}

TEST_CASE("A wrong Jacobian is not called a solution") {
  NonlinearProblem problem = rosenbrock();
  problem.jacobian = [](std::span<const double> x, MatrixView<double> j) {
    rosenbrock().jacobian(x, j);
    for (std::int64_t i = 0; i < 2; ++i) j(i, 0) *= -1, j(i, 1) *= -1;
  };
  const NonlinearFit fit = nonlinear_least_squares(problem, valley);
  CHECK(fit.status == Status::stalled);
  CHECK(fit.x == valley);
}

TEST_CASE("However early a limit ends a solve, x is the best point that was evaluated") {
  NonlinearProblem problem = rosenbrock();
  double best = 0;
  problem.residual = [&](std::span<const double> x, std::span<double> r) {
    rosenbrock().residual(x, r);
    best = std::min(best, (r[0] * r[0] + r[1] * r[1]) / 2);
  };
  const auto check = [&](const NonlinearOptions& options) {
    best = std::numeric_limits<double>::infinity();
    const NonlinearFit fit = nonlinear_least_squares(problem, valley, options);
    CHECK(fit.cost == doctest::Approx(best).epsilon(1e-12));
    return fit;
  };
  for (std::int64_t limit = 1; limit <= 6; ++limit) {
    CAPTURE(limit);
    CHECK(check({.evaluation_limit = limit}).residual_evaluations <= limit);
    CHECK(check({.evaluation_limit = limit, .initial_radius = 1e3}).residual_evaluations <= limit);
    (void)check({.jacobian_column_limit = limit});
    (void)check({.iteration_limit = limit - 1});
  }
}

TEST_CASE("A step that is short beside one large unknown is no verdict on the others") {
  NonlinearProblem problem{.residuals = 2, .unknowns = 2};
  problem.residual = [](std::span<const double> x, std::span<double> r) {
    r[0] = x[0] - 1e14;
    r[1] = std::exp(x[1]) - std::exp(3.0);
  };
  problem.jacobian = [](std::span<const double> x, MatrixView<double> j) {
    j(0, 0) = 1;
    j(0, 1) = j(1, 0) = 0;
    j(1, 1) = std::exp(x[1]);
  };
  for (const auto kind : {NonlinearGlobalization::trust_region, NonlinearGlobalization::quadratic_regularization,
                          NonlinearGlobalization::cubic_regularization}) {
    CAPTURE(to_string(kind));
    const NonlinearFit fit =
        nonlinear_least_squares(problem, std::vector<double>{1e14, 2}, {.globalization = kind, .initial_radius = 1});
    CAPTURE(fit.message);
    CHECK(fit.solved());
    CHECK(fit.x[1] == doctest::Approx(3).epsilon(1e-12));
  }
}

TEST_CASE("An unknown that no residual depends on hides nothing, however large it is") {
  NonlinearProblem problem = rosenbrock();
  problem.unknowns = 3;
  problem.jacobian = [](std::span<const double> x, MatrixView<double> j) {
    rosenbrock().jacobian(x, j.block(0, 0, 2, 2));
    j(0, 2) = j(1, 2) = 0;
  };
  const NonlinearFit fit = nonlinear_least_squares(problem, std::vector<double>{-1.2, 1, 1e20});
  CAPTURE(fit.message);
  CHECK(fit.solved());
  CHECK(fit.cost < 1e-20);
  CHECK(fit.x[2] == 1e20);
}

TEST_CASE("A model that is wrong is not taken for rounding errors, though x is large") {
  // A peak at a time in seconds since 1970: the steps of differences are as long as the record.
  const double t0 = 1.6e9;
  NonlinearProblem problem{.residuals = 50, .unknowns = 3};
  problem.residual = [=](std::span<const double> x, std::span<double> r) {
    for (std::size_t i = 0; i < 50; ++i) {
      const double t = t0 + static_cast<double>(i);
      const double u = (t - x[0]) / x[1];
      const double v = (t - t0 - 20.25) / 6;
      r[i] = x[2] * std::exp(-u * u) - 7 * std::exp(-v * v) - 0.3 * std::sin(static_cast<double>(i * i));
    }
  };
  const std::vector<double> x0{t0 + 25, 9, 3};
  const NonlinearFit blind = nonlinear_least_squares(problem, x0);
  CAPTURE(blind.message);
  CHECK((blind.status == Status::stalled || blind.orthogonality <= 1e-5));
  problem.typical_x = {1, 1, 1};
  problem.differences = DifferenceScheme::central;
  const NonlinearFit fit = nonlinear_least_squares(problem, x0);
  CHECK(fit.solved());
  CHECK(fit.orthogonality <= 1e-5);
}

TEST_CASE("Unknowns that are zero at the root do not keep forward differences from it") {
  // Beside r, their steps shrink with them below the rounding errors of terms that cancel in r.
  for (int variant = 0; variant < 10; ++variant) {
    CAPTURE(variant);
    const auto curve = [variant](std::span<const double> x, std::size_t i) {
      const double t = 0.3 * static_cast<double>(i) + 0.1 * variant;
      return x[0] * std::exp(-x[1] * t) + 0.2 * x[2] * t * t + std::sin(x[3] + t);
    };
    NonlinearProblem problem{.residuals = 8, .unknowns = 4};
    problem.residual = [curve](std::span<const double> x, std::span<double> r) {
      const std::vector<double> root{2, 0.5, 0, 0};
      for (std::size_t i = 0; i < 8; ++i) r[i] = curve(x, i) - curve(root, i);
    };
    const NonlinearFit fit = nonlinear_least_squares(problem, std::vector<double>{1.5, 0.7, 0.3, 0.4 + 0.02 * variant});
    CAPTURE(fit.message);
    CHECK(fit.solved());
    CHECK(fit.cost < 1e-24);
  }
}

TEST_CASE("Rank-deficient and wide problems, and a residual that is zero at x0") {
  // x_0 and x_1 count only by their sum.
  NonlinearProblem sum{.residuals = 3, .unknowns = 2};
  sum.residual = [](std::span<const double> x, std::span<double> r) {
    for (std::size_t i = 0; i < 3; ++i) r[i] = std::exp(x[0] + x[1]) - static_cast<double>(i);
  };
  const std::vector<double> zero{0, 0};
  const NonlinearFit fit = nonlinear_least_squares(sum, std::vector<double>{1, 0.5});
  CHECK(fit.solved());
  CHECK(fit.rank == 1);
  CHECK(fit.message.find("rank 1 of 2") != std::string::npos);
  CHECK(fit.cost == doctest::Approx(1));
  CHECK(nonlinear_least_squares(sum, zero).solved());

  // However large the residuals are, and though no regularization is so weak that the step of a rank-deficient J is not
  // held back.
  for (const auto kind : {NonlinearGlobalization::trust_region, NonlinearGlobalization::quadratic_regularization,
                          NonlinearGlobalization::cubic_regularization}) {
    CAPTURE(to_string(kind));
    for (const double size : {1.0, 1e50}) {
      NonlinearProblem large{.residuals = 3, .unknowns = 2};
      large.residual = [=](std::span<const double> x, std::span<double> r) {
        for (std::size_t i = 0; i < 3; ++i) r[i] = size * (x[0] + x[1] - 1e-13 * static_cast<double>(i));
      };
      large.jacobian = [=](std::span<const double>, MatrixView<double> j) {
        for (std::int64_t i = 0; i < 3; ++i) j(i, 0) = j(i, 1) = size;
      };
      const NonlinearFit fit = nonlinear_least_squares(large, std::vector<double>{0.5, -0.5}, {.globalization = kind});
      CAPTURE(fit.message);
      CHECK(fit.solved());
      CHECK(fit.cost < fit.initial_cost);
    }
  }

  NonlinearProblem wide{.residuals = 1, .unknowns = 3};
  wide.residual = [](std::span<const double> x, std::span<double> r) { r[0] = x[0] * x[1] + x[2] * x[2] - 5; };
  const NonlinearFit circle = nonlinear_least_squares(wide, std::vector<double>{1, 2, 0.5});
  CHECK(circle.solved());
  CHECK(circle.cost < 1e-20);
  CHECK(std::isnan(nonlinear_statistics(wide, circle.x).standard_errors[0]));

  const NonlinearFit done = nonlinear_least_squares(rosenbrock(), std::vector<double>{1, 1});
  CHECK(done.solved());
  CHECK(done.iterations == 0);
  CHECK(done.cost == 0);
  CHECK(done.orthogonality == 0);
}
