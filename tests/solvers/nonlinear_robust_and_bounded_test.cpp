// Weights, robust losses and bounds of nonlinear least squares.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include <croquis/errors.hpp>
#include <croquis/solvers/least_squares.hpp>
#include <croquis/solvers/nonlinear_least_squares.hpp>

#include "linalg/blas.hpp"
#include "solvers/nonlinear/criterion.hpp"
#include "tests/support/random.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

const auto losses = {LossFunction::squares, LossFunction::huber, LossFunction::soft_l1, LossFunction::cauchy,
                     LossFunction::tukey};

// x_0 e^(-x_1 t) seen 120 times with small noise; every tenth observation is 5 too high.
NonlinearProblem decay_with_outliers() {
  constexpr std::int64_t m = 120;
  std::vector<double> y;
  RandomSource random(11);
  for (std::int64_t i = 0; i < m; ++i)
    y.push_back(2 * std::exp(-0.05 * static_cast<double>(i)) + 0.01 * random.normal() + (i % 10 == 3 ? 5 : 0));
  NonlinearProblem problem{.residuals = m, .unknowns = 2};
  problem.residual = [y](std::span<const double> x, std::span<double> r) {
    for (std::size_t i = 0; i < y.size(); ++i) r[i] = x[0] * std::exp(-x[1] * static_cast<double>(i)) - y[i];
  };
  problem.jacobian = [](std::span<const double> x, MatrixView<double> j) {
    for (std::int64_t i = 0; i < j.rows; ++i) {
      const auto t = static_cast<double>(i);
      j(i, 0) = std::exp(-x[1] * t);
      j(i, 1) = -t * x[0] * std::exp(-x[1] * t);
    }
  };
  return problem;
}
const std::vector<double> start{1.5, 0.03};

// The gradient of the cost by central differences, over the norm of J^T |r|.
double relative_gradient(const NonlinearProblem& problem, const std::vector<double>& x) {
  const auto cost = [&](const std::vector<double>& at) {
    std::vector<double> r(static_cast<std::size_t>(problem.residuals));
    problem.residual(at, r);
    return criterion_of(problem, r).cost;
  };
  double worst = 0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    std::vector<double> ahead = x, behind = x;
    const double h = 1e-5 * std::abs(x[j]);
    ahead[j] += h;
    behind[j] -= h;
    worst = std::max(worst, std::abs(cost(ahead) - cost(behind)) / (2e-5 * cost(x)));
  }
  return worst;
}

}  // namespace

TEST_CASE("Costs and slopes of the losses") {
  for (const auto loss : losses) {
    CAPTURE(to_string(loss));
    NonlinearProblem problem{.residuals = 1, .unknowns = 1, .weights = {4}, .loss = loss, .loss_scale = 0.5};
    const auto at = [&](double r) { return criterion_of(problem, std::vector<double>{r}); };
    for (const double r : {1e-6, 0.1, 0.2, 0.3, 2.0, 50.0}) {
      CAPTURE(r);
      // The gradient of the least-squares problem, row_scale^2 r, is the cost's derivative.
      const double h = 1e-6 * r;
      const double slope = (at(r + h).cost - at(r - h).cost) / (2 * h);
      CHECK(at(r).row_scale[0] * at(r).row_scale[0] * r == doctest::Approx(slope).epsilon(1e-6));
      CHECK(at(-r).cost == at(r).cost);
    }
    CHECK(at(1e-6).cost == doctest::Approx(4 * 1e-12 / 2).epsilon(1e-10));
    CHECK(std::isnan(at(std::numeric_limits<double>::quiet_NaN()).cost));
    CHECK(std::isinf(at(-std::numeric_limits<double>::infinity()).cost));
  }
  // By hand, at s = (1 / 0.5)^2 = 4, each times 1/8.
  const auto cost = [](LossFunction loss) {
    const NonlinearProblem problem{.residuals = 1, .unknowns = 1, .loss = loss, .loss_scale = 0.5};
    return criterion_of(problem, std::vector<double>{1}).cost;
  };
  CHECK(cost(LossFunction::squares) == 0.5);
  CHECK(cost(LossFunction::huber) == doctest::Approx(3.0 / 8));
  CHECK(cost(LossFunction::soft_l1) == doctest::Approx(2 * (std::sqrt(5.0) - 1) / 8));
  CHECK(cost(LossFunction::cauchy) == doctest::Approx(std::log(5.0) / 8));
  CHECK(cost(LossFunction::tukey) == doctest::Approx(1.0 / 24));
}

TEST_CASE("Robust losses find the curve that squares lose among outliers") {
  for (const auto loss : losses) {
    CAPTURE(to_string(loss));
    NonlinearProblem problem = decay_with_outliers();
    problem.loss = loss;
    problem.loss_scale = loss == LossFunction::tukey ? 1 : 0.05;
    for (const bool sparse : {false, true}) {
      if (sparse) {
        problem.sparse_jacobian = [dense = problem.jacobian](std::span<const double> x) {
          Matrix<double> j(120, 2);
          dense(x, j.view());
          std::vector<Triplet<double>> entries;
          for (std::int64_t i = 0; i < 120; ++i)
            for (std::int64_t k = 0; k < 2; ++k) entries.push_back({i, k, j(i, k)});
          return SparseMatrix<double>::from_triplets(120, 2, entries);
        };
      }
      const NonlinearFit fit = nonlinear_least_squares(problem, start);
      CAPTURE(fit.message);
      CHECK(fit.solved());
      CHECK(fit.cost < fit.initial_cost);
      // Differences of the cost see slopes of some 1e-16 / 1e-5 of it and more, for its third derivative.
      CHECK(relative_gradient(problem, fit.x) < 1e-7);
      // Estimates whose influence is bounded are off by less than a tenth; those of squares by more than that.
      const bool close = std::abs(fit.x[0] - 2) < 0.1 && std::abs(fit.x[1] - 0.05) < 0.005;
      CHECK(close == (loss != LossFunction::squares));
    }
  }
}

TEST_CASE("Weights are repeated observations, and agree with weighted linear least squares") {
  NonlinearProblem once = decay_with_outliers();
  once.weights.assign(120, 1);
  for (std::size_t i = 0; i < 120; i += 2) once.weights[i] = 3;
  once.weights[3] = 0;
  NonlinearProblem repeated{.residuals = 239, .unknowns = 2};
  repeated.residual = [&](std::span<const double> x, std::span<double> r) {
    std::vector<double> each(120);
    once.residual(x, each);
    std::size_t place = 0;
    for (std::size_t i = 0; i < 120; ++i)
      for (int copies = static_cast<int>(once.weights[i]); copies > 0; --copies) r[place++] = each[i];
  };
  repeated.differences = DifferenceScheme::central;
  const NonlinearFit a = nonlinear_least_squares(once, start);
  const NonlinearFit b = nonlinear_least_squares(repeated, start);
  CHECK(a.cost == doctest::Approx(b.cost).epsilon(1e-12));
  for (std::size_t j = 0; j < 2; ++j) CHECK(a.x[j] == doctest::Approx(b.x[j]).epsilon(1e-8));

  RandomSource random(5);
  const Matrix<double> matrix = gaussian_matrix(60, 5, random);
  const Matrix<double> target = gaussian_matrix(60, 1, random);
  NonlinearProblem linear{.residuals = 60, .unknowns = 5};
  for (int i = 0; i < 60; ++i) linear.weights.push_back(random.uniform());
  linear.residual = [&](std::span<const double> x, std::span<double> r) {
    for (std::int64_t i = 0; i < 60; ++i) {
      r[i] = -target(i, 0);
      for (std::int64_t k = 0; k < 5; ++k) r[i] += matrix(i, k) * x[k];
    }
  };
  linear.jacobian = [&](std::span<const double>, MatrixView<double> j) {
    for (std::int64_t i = 0; i < 60; ++i)
      for (std::int64_t k = 0; k < 5; ++k) j(i, k) = matrix(i, k);
  };
  const NonlinearFit fit = nonlinear_least_squares(linear, std::vector<double>(5));
  const auto direct = least_squares(matrix, target.view(), {.weights = linear.weights});
  for (std::int64_t k = 0; k < 5; ++k) CHECK(fit.x[k] == doctest::Approx(direct.x(k, 0)).epsilon(1e-12));
  // In subspaces, of three of the five unknowns, too.
  const NonlinearFit parts = nonlinear_least_squares(
      linear, std::vector<double>(5), {.method = NonlinearMethod::subspace, .subspace = {.dimensions = 3}});
  CHECK(parts.cost == doctest::Approx(fit.cost).epsilon(1e-10));
}

TEST_CASE("A residual that is not a number is no outlier") {
  NonlinearProblem problem = decay_with_outliers();
  problem.loss = LossFunction::tukey;
  const auto residual = problem.residual;
  problem.residual = [residual](std::span<const double> x, std::span<double> r) {
    residual(x, r);
    r[5] = std::numeric_limits<double>::infinity();
  };
  CHECK(nonlinear_least_squares(problem, start).status == Status::non_finite_input);
}

TEST_CASE("Rosenbrock's valley behind a wall, which is never crossed") {
  NonlinearProblem problem{.residuals = 2, .unknowns = 2};
  problem.residual = [](std::span<const double> x, std::span<double> r) {
    if (x[0] > 0.5 || x[1] < 0) throw std::runtime_error("outside");
    r[0] = 10 * (x[1] - x[0] * x[0]);
    r[1] = 1 - x[0];
  };
  problem.lower = {-std::numeric_limits<double>::infinity(), 0};
  problem.upper = {0.5, std::numeric_limits<double>::infinity()};
  for (const auto& x0 : {std::vector<double>{-1.2, 1}, std::vector<double>{0.5, 0}, std::vector<double>{-3, 0}}) {
    for (const auto kind : {NonlinearGlobalization::trust_region, NonlinearGlobalization::quadratic_regularization,
                            NonlinearGlobalization::cubic_regularization}) {
      CAPTURE(to_string(kind));
      // Derivatives by forward differences, which turn around at the wall.
      const NonlinearFit fit = nonlinear_least_squares(problem, x0, {.globalization = kind});
      CAPTURE(fit.message);
      CHECK(fit.solved());
      CHECK(fit.x[0] == 0.5);
      CHECK(fit.x[1] == doctest::Approx(0.25).epsilon(1e-6));
      CHECK(fit.dimensions == 1);
    }
  }
}

TEST_CASE("Forward differences stay within bounds that are closer than their step, or that fix an unknown") {
  for (const double width : {0.0, 1e-12}) {
    NonlinearProblem problem{.residuals = 2, .unknowns = 2};
    problem.residual = [=](std::span<const double> x, std::span<double> r) {
      if (x[0] < 0.5 || x[0] > 0.5 + width) throw std::runtime_error("outside");
      r[0] = 10 * (x[1] - x[0] * x[0]);
      r[1] = 1 - x[0];
    };
    problem.lower = {0.5, -5};
    problem.upper = {0.5 + width, 5};
    const NonlinearFit fit = nonlinear_least_squares(problem, std::vector<double>{0.5, 1});
    CAPTURE(fit.message);
    CHECK(fit.solved());
    CHECK(fit.x[1] == doctest::Approx(0.25).epsilon(1e-6));
  }
}

TEST_CASE("Observations without weight are none: standard errors are those of the others") {
  NonlinearProblem all = decay_with_outliers();
  all.weights.assign(120, 2.0);
  for (std::size_t i = 3; i < 120; i += 10) all.weights[i] = 0;
  NonlinearProblem rest{.residuals = 108, .unknowns = 2};
  rest.residual = [&](std::span<const double> x, std::span<double> r) {
    std::vector<double> each(120);
    all.residual(x, each);
    std::size_t place = 0;
    for (std::size_t i = 0; i < 120; ++i)
      if (all.weights[i] > 0) r[place++] = std::sqrt(2.0) * each[i];
  };
  rest.differences = DifferenceScheme::central;
  const NonlinearFit fit = nonlinear_least_squares(all, start);
  const NonlinearStatistics weighted = nonlinear_statistics(all, fit.x);
  const NonlinearStatistics fewer = nonlinear_statistics(rest, fit.x);
  CHECK(weighted.degrees_of_freedom == 106);
  CHECK(fewer.degrees_of_freedom == 106);
  // Central differences have some ten digits.
  for (std::size_t j = 0; j < 2; ++j)
    CHECK(weighted.standard_errors[j] == doctest::Approx(fewer.standard_errors[j]).epsilon(1e-7));
}

TEST_CASE("Nonnegative linear least squares meets its optimality conditions") {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    CAPTURE(seed);
    constexpr std::int64_t m = 30, n = 12;
    RandomSource random(seed);
    const Matrix<double> a = gaussian_matrix(m, n, random);
    const Matrix<double> b = gaussian_matrix(m, 1, random);
    NonlinearProblem problem{.residuals = m, .unknowns = n, .lower = std::vector<double>(n, 0.0)};
    problem.residual = [&](std::span<const double> x, std::span<double> r) {
      for (std::int64_t i = 0; i < m; ++i) {
        r[i] = -b(i, 0);
        for (std::int64_t k = 0; k < n; ++k) r[i] += a(i, k) * x[k];
      }
    };
    problem.jacobian = [&](std::span<const double>, MatrixView<double> j) {
      for (std::int64_t i = 0; i < m; ++i)
        for (std::int64_t k = 0; k < n; ++k) j(i, k) = a(i, k);
    };
    const NonlinearFit fit = nonlinear_least_squares(problem, std::vector<double>(n, 1.0));
    CAPTURE(fit.message);
    CHECK(fit.solved());
    int held = 0;
    for (std::int64_t k = 0; k < n; ++k) {
      double gradient = 0;
      for (std::int64_t i = 0; i < m; ++i) gradient += a(i, k) * fit.residuals[i];
      CHECK(fit.x[k] >= 0);
      if (fit.x[k] == 0) ++held;
      if (fit.x[k] > 0) gradient = std::abs(gradient);
      // Gradients are sums of 30 products of order one: known to 1e-14, reached to the tolerance.
      CHECK((fit.x[k] > 0 ? gradient <= 1e-10 : gradient >= -1e-10));
    }
    // Half of the coefficients of noise are negative: that all or none of 12 are has a probability of 5e-4.
    CHECK(held > 0);
    CHECK(held < n);
    CHECK(fit.dimensions == n - held);
  }
}

TEST_CASE("Unknowns that bounds fix, and a minimum in a corner") {
  NonlinearProblem problem = decay_with_outliers();
  problem.lower = {1.9, -1};
  problem.upper = {1.9, 1};
  const NonlinearFit fixed = nonlinear_least_squares(problem, std::vector<double>{1.9, 0.03});
  CHECK(fixed.solved());
  CHECK(fixed.x[0] == 1.9);
  CHECK(fixed.x[1] != 0.03);
  problem.lower = {5, 0.4};
  problem.upper = {6, 0.5};
  const NonlinearFit free = nonlinear_least_squares(decay_with_outliers(), start);
  const NonlinearFit corner = nonlinear_least_squares(problem, std::vector<double>{5.5, 0.45});
  CHECK(corner.solved());
  CHECK(corner.cost > free.cost);
  CHECK(corner.dimensions < 2);
}

TEST_CASE("Weights, scales and bounds out of range are named") {
  using Doc = doctest::Contains;
  const auto with = [](const std::vector<double>& weights, double scale) {
    NonlinearProblem problem = decay_with_outliers();
    problem.weights = weights;
    problem.loss_scale = scale;
    (void)nonlinear_least_squares(problem, start);
  };
  CHECK_THROWS_WITH_AS(with({1, 2}, 1), Doc("weights is 2 x 1"), ShapeError);
  std::vector<double> negative(120, 1.0);
  negative[7] = -1;
  CHECK_THROWS_WITH_AS(with(negative, 1), Doc("weights[7]"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({}, 0), Doc("loss_scale"), InvalidOption);

  const auto between = [](const std::vector<double>& lower, const std::vector<double>& upper, NonlinearMethod method) {
    NonlinearProblem problem = decay_with_outliers();
    problem.lower = lower;
    problem.upper = upper;
    (void)nonlinear_least_squares(problem, start, {.method = method});
  };
  CHECK_THROWS_WITH_AS(between({0}, {}, NonlinearMethod::full), Doc("lower is 1 x 1"), ShapeError);
  CHECK_THROWS_WITH_AS(between({0, 1}, {2, 0}, NonlinearMethod::full), Doc("unknown 1"), InvalidOption);
  CHECK_THROWS_WITH_AS(between({}, {1, 1}, NonlinearMethod::full), Doc("entry 0 of x0"), InvalidOption);
  CHECK_THROWS_WITH_AS(between({0, 0}, {}, NonlinearMethod::hybrid), Doc("bounds"), InvalidOption);
}
