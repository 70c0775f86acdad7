// Random embeddings: functions of many unknowns that vary along few directions.
#include <croquis/solvers/global_minimization.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <numbers>
#include <stdexcept>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "solvers/global/embedding.hpp"
#include "tests/support/random.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr double pi = std::numbers::pi;
using Small = double (*)(const std::vector<double>& z);

// Rows that are orthonormal, d_e x n.
std::vector<std::vector<double>> rotation(std::size_t effective, std::size_t n, std::uint64_t seed) {
  RandomSource random(seed);
  std::vector<std::vector<double>> q(effective, std::vector<double>(n));
  for (std::size_t i = 0; i < effective; ++i) {
    for (double& entry : q[i]) entry = random.normal();
    for (std::size_t k = 0; k <= i; ++k) {
      double product = 0;
      for (std::size_t j = 0; j < n; ++j) product += q[k][j] * q[i][j];
      const double factor = k < i ? product : 1 - 1 / std::sqrt(product);
      for (std::size_t j = 0; j < n; ++j) q[i][j] -= factor * q[k][j];
    }
  }
  return q;
}

std::vector<double> times(const std::vector<std::vector<double>>& q, std::span<const double> x) {
  std::vector<double> z(q.size(), 0.0);
  for (std::size_t i = 0; i < q.size(); ++i)
    for (std::size_t j = 0; j < x.size(); ++j) z[i] += q[i][j] * x[j];
  return z;
}

// f(center + scale times the first unknowns, or their rotation) over [-1, 1]^n.
BoxObjective lifted(Small f, std::vector<double> center, double scale, std::size_t n, bool rotated) {
  const std::size_t effective = center.size();
  auto q = rotation(effective, n, 11);
  if (!rotated)
    for (std::size_t i = 0; i < effective; ++i)
      for (std::size_t j = 0; j < n; ++j) q[i][j] = i == j ? 1 : 0;
  BoxObjective objective{.unknowns = static_cast<std::int64_t>(n)};
  objective.value = [=](std::span<const double> x) {
    std::vector<double> z = times(q, x);
    for (std::size_t i = 0; i < effective; ++i) z[i] = center[i] + scale * z[i];
    return f(z);
  };
  objective.lower.assign(n, -1.0);
  objective.upper.assign(n, 1.0);
  objective.parallel_values = true;
  return objective;
}

double branin(const std::vector<double>& z) {
  const double parabola = z[1] - 5.1 / (4 * pi * pi) * z[0] * z[0] + 5 / pi * z[0] - 6;
  return parabola * parabola + 10 * (1 - 1 / (8 * pi)) * std::cos(z[0]) + 10;
}
// 5 / (4 pi), at (pi, 2.275).
constexpr double branin_minimum = 0.39788735772973816;

double ackley(const std::vector<double>& z) {
  double squares = 0, cosines = 0;
  for (const double entry : z) {
    squares += entry * entry;
    cosines += std::cos(2 * pi * entry);
  }
  const auto n = static_cast<double>(z.size());
  return -20 * std::exp(-0.2 * std::sqrt(squares / n)) - std::exp(cosines / n) + 20 + std::numbers::e;
}

// Five wells in [0, 10]^4, the deepest at nearly (4, 4, 4, 4).
double shekel(const std::vector<double>& z) {
  const double wells[5][4] = {{4, 4, 4, 4}, {1, 1, 1, 1}, {8, 8, 8, 8}, {6, 6, 6, 6}, {3, 7, 3, 7}};
  const double widths[5] = {0.1, 0.2, 0.2, 0.4, 0.4};
  double sum = 0;
  for (int k = 0; k < 5; ++k) {
    double distance = widths[k];
    for (int j = 0; j < 4; ++j) distance += (z[j] - wells[k][j]) * (z[j] - wells[k][j]);
    sum -= 1 / distance;
  }
  return sum;
}
constexpr double shekel_minimum = -10.153199679;

// Rosenbrock's two residuals of z = scale Q x.
NonlinearProblem rosenbrock(std::size_t n, double scale) {
  const auto q = rotation(2, n, 5);
  NonlinearProblem problem{.residuals = 2, .unknowns = static_cast<std::int64_t>(n)};
  problem.residual = [=](std::span<const double> x, std::span<double> r) {
    const std::vector<double> z = times(q, x);
    r[0] = 10 * (scale * z[1] - scale * scale * z[0] * z[0]);
    r[1] = 1 - scale * z[0];
  };
  problem.jacobian = [=](std::span<const double> x, MatrixView<double> j) {
    const std::vector<double> z = times(q, x);
    for (std::size_t k = 0; k < n; ++k) {
      const auto col = static_cast<std::int64_t>(k);
      j(0, col) = 10 * (scale * q[1][k] - 2 * scale * scale * z[0] * q[0][k]);
      j(1, col) = -scale * q[0][k];
    }
  };
  problem.lower.assign(n, -1.0);
  problem.upper.assign(n, 1.0);
  problem.parallel_residuals = true;
  return problem;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), sizeof(double) * a.size()) == 0;
}

}  // namespace

TEST_CASE("Embeddings stay in the box, start at their centre, and know their slope") {
  const std::vector<double> lower{-1, 0, 2, 5}, upper{1, 10, 2, 5.5}, centre{0.5, 3, 2, 5.1};
  const Embedding embedding(lower, upper, centre, 2, 7);
  std::vector<double> x(4);
  embedding.point(std::vector<double>{0, 0}, x);
  CHECK(x == centre);
  for (const double size : {0.1, 1.0, 30.0}) {
    const std::vector<double> y{size, -0.7 * size};
    embedding.point(y, x);
    for (std::size_t j = 0; j < 4; ++j) {
      CHECK(x[j] >= lower[j]);
      CHECK(x[j] <= upper[j]);
    }
    const Matrix<double> slope = embedding.slope(y);
    const std::vector<double> pulled = embedding.pull_back(y, std::vector<double>{1, 2, 3, 4});
    for (std::int64_t k = 0; k < 2; ++k) {
      double sum = 0;
      for (std::int64_t j = 0; j < 4; ++j) {
        std::vector<double> ahead = y, moved(4);
        ahead[static_cast<std::size_t>(k)] += 1e-7;
        embedding.point(ahead, moved);
        const auto place = static_cast<std::size_t>(j);
        CHECK(slope(j, k) == doctest::Approx((moved[place] - x[place]) / 1e-7).epsilon(1e-5));
        sum += static_cast<double>(j + 1) * slope(j, k);
      }
      CHECK(pulled[static_cast<std::size_t>(k)] == doctest::Approx(sum));
    }
  }
  CHECK(starting_point(3, 1, 0) == std::vector<double>(3, 0.0));
  CHECK(starting_point(3, 1, 1) != starting_point(3, 1, 2));
  CHECK(random_point(lower, upper, 1, 0) != random_point(lower, upper, 1, 1));
}

TEST_CASE("One embedding holds the minimiser as often as theory says at least") {
  // The minimiser is x* = Q^T z* with |z*| = sqrt(2) / 4. An embedding through 0 of d dimensions holds it if the y of
  // least norm with Q A y = z* leaves A y in the box. |z*|^2 / |y|^2 is distributed as chi^2 of d - 2 + 1 degrees of
  // freedom: for d = 4, |y| <= 1/4 with probability P(chi^2_3 >= 2) = 0.572. A y given Q A is normal about x* with
  // variances of at most |y|^2, so entry j leaves the box then with at most erfc((1 - |x*_j|) / (sqrt(2) / 4)), of
  // which the sum is below 0.04. So 40 embeddings succeed with 0.549 each at least: fewer than 10 do with a probability
  // below 4e-5.
  const NonlinearProblem problem = rosenbrock(100, 4);
  const auto q = rotation(2, 100, 5);
  double leaves = 0;
  for (std::size_t j = 0; j < 100; ++j)
    leaves += std::erfc((1 - std::abs(q[0][j] + q[1][j]) / 4) * 4 / std::numbers::sqrt2);
  REQUIRE(leaves < 0.04);
  int successes = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const GlobalFit fit = minimize_globally(
        problem, {.dimensions = 4, .most_dimensions = 4, .embedding_limit = 1, .target = 1e-12, .seed = seed});
    CHECK(fit.embeddings == 1);
    CHECK(fit.solved() == (fit.value <= 1e-12));
    successes += fit.solved() ? 1 : 0;
  }
  CHECK(successes >= 10);
}

TEST_CASE("Branin, Ackley and Shekel, of two to four directions among up to a thousand") {
  // Where the directions are unknowns themselves, every embedding of d >= d_e dimensions holds a minimiser: A
  // restricted to them has full rank with probability one, and what the others are does not matter. What can fail are
  // the local solves: eight starts in each embedding find one of Branin's three minima, or the deepest of Shekel's five
  // wells only after several. Rotated, several embeddings may be needed.
  struct Case {
    const char* name;
    BoxObjective objective;
    double minimum;
  };
  const std::vector<double> off{0.3, -0.7};
  const Case cases[] = {
      {"Branin, n = 1000", lifted(branin, {2.5, 7.5}, 7.5, 1000, false), branin_minimum},
      {"Branin, n = 1000, rotated", lifted(branin, {2.5, 7.5}, 7.5, 1000, true), branin_minimum},
      {"Ackley, n = 100, rotated", lifted(ackley, off, 2, 100, true), 0},
      {"Shekel, n = 200", lifted(shekel, {5, 5, 5, 5}, 5, 200, false), shekel_minimum},
      {"Shekel, n = 200, rotated", lifted(shekel, {5, 5, 5, 5}, 5, 200, true), shekel_minimum},
  };
  for (const Case& test : cases) {
    CAPTURE(test.name);
    for (const std::uint64_t seed : {1, 2, 3}) {
      const GlobalFit fit = minimize_globally(test.objective, {.target = test.minimum + 1e-6, .seed = seed});
      CAPTURE(fit.message);
      CHECK(fit.solved());
      CHECK(fit.value == test.objective.value(fit.x));
      CHECK(fit.value >= test.minimum - 1e-8);
      for (const double entry : fit.x) CHECK(std::abs(entry) <= 1);
    }
  }
}

TEST_CASE("Given gradients lead where differences do, with fewer evaluations") {
  BoxObjective objective = lifted([](const std::vector<double>& z) { return z[0] * z[0] + std::pow(z[1] - 1, 4); },
                                  {0.5, 0.5}, 1, 50, false);
  const GlobalOptions options{.target = 1e-9};
  const GlobalFit by_differences = minimize_globally(objective, options);
  objective.gradient = [](std::span<const double> x, std::span<double> g) {
    std::fill(g.begin(), g.end(), 0.0);
    g[0] = 2 * (0.5 + x[0]);
    g[1] = 4 * std::pow(x[1] - 0.5, 3);
  };
  const GlobalFit by_gradient = minimize_globally(objective, options);
  CHECK(by_differences.solved());
  CHECK(by_gradient.solved());
  CHECK(by_gradient.evaluations < by_differences.evaluations);
  CHECK(by_gradient.derivatives > 0);
}

TEST_CASE("Dimensions grow where nothing is found, and without a target the end is not called solved") {
  // Five directions: no embedding of fewer holds the minimiser, where f is 0.
  const BoxObjective objective = lifted(
      [](const std::vector<double>& z) {
        double sum = 0;
        for (std::size_t j = 0; j < 5; ++j) sum += std::abs(z[j]) * (1 + static_cast<double>(j));
        return sum;
      },
      {0.1, -0.2, 0.3, -0.4, 0.5}, 1, 60, false);
  const GlobalFit fit = minimize_globally(
      objective, {.dimensions = 1, .most_dimensions = 6, .centre = EmbeddingCentre::random, .patience = 3});
  CHECK(fit.status == Status::stalled);
  CHECK_FALSE(fit.solved());
  CHECK(fit.dimensions == 6);
  CHECK(static_cast<std::int64_t>(fit.history.size()) == fit.embeddings);
  std::int64_t dimensions = 1;
  double best = std::numeric_limits<double>::infinity();
  for (const EmbeddingRecord& record : fit.history) {
    CHECK(record.dimensions == dimensions);
    if (!record.improved) dimensions = std::min<std::int64_t>(dimensions + 1, 6);
    best = std::min(best, record.value);
    CHECK(record.best_value == best);
  }
  CHECK(fit.value == best);
  CHECK(fit.history.back().evaluations == fit.evaluations);
  CHECK(fit.history[static_cast<std::size_t>(fit.best_embedding - 1)].value == fit.value);
}

TEST_CASE("Same seed, same bits, for any number of threads; another seed, another way") {
  BoxObjective objective = lifted(ackley, {0.3, -0.7}, 2, 60, true);
  NonlinearProblem problem = rosenbrock(60, 4);
  const GlobalOptions options{.embedding_limit = 4, .seed = 3};
  const int saved = blas_threads();
  std::vector<GlobalFit> of_values, of_squares;
  for (const int threads : {0, 1, 2, 3}) {
    objective.parallel_values = problem.parallel_residuals = threads > 0;
    set_blas_threads(std::max(threads, 1));
    run_with_threads(std::max(threads, 1), [&] {
      of_values.push_back(minimize_globally(objective, options));
      of_squares.push_back(minimize_globally(problem, options));
    });
  }
  set_blas_threads(saved);
  for (std::size_t k = 1; k < 4; ++k) {
    CHECK(same_bits(of_values[k].x, of_values[0].x));
    CHECK(of_values[k].evaluations == of_values[0].evaluations);
    CHECK(same_bits(of_squares[k].x, of_squares[0].x));
    CHECK(of_squares[k].evaluations == of_squares[0].evaluations);
    CHECK(of_squares[k].derivatives == of_squares[0].derivatives);
  }
  CHECK_FALSE(same_bits(minimize_globally(objective, {.embedding_limit = 4, .seed = 4}).x, of_values[0].x));
}

TEST_CASE("Budgets are kept to the evaluation, and callbacks cancel") {
  std::atomic<std::int64_t> calls = 0;
  BoxObjective objective = lifted(ackley, {0.3, -0.7}, 2, 30, true);
  const auto value = objective.value;
  objective.value = [&](std::span<const double> x) {
    ++calls;
    for (const double entry : x)
      if (!(std::abs(entry) <= 1)) throw std::logic_error("outside of the box");
    return value(x);
  };
  NonlinearProblem problem = rosenbrock(30, 4);
  problem.jacobian = nullptr;
  const auto residual = problem.residual;
  problem.residual = [&](std::span<const double> x, std::span<double> r) {
    ++calls;
    for (const double entry : x)
      if (!(std::abs(entry) <= 1)) throw std::logic_error("outside of the box");
    residual(x, r);
  };
  for (const std::int64_t limit : {1, 5, 1003}) {
    calls = 0;
    const GlobalFit fit = minimize_globally(objective, {.evaluation_limit = limit});
    CHECK(fit.status == Status::evaluation_limit);
    CHECK(fit.evaluations == calls);
    CHECK(calls == limit);
    calls = 0;
    const GlobalFit squares = minimize_globally(problem, {.evaluation_limit = limit, .start_evaluations = 20});
    CHECK(squares.evaluations == calls);
    CHECK(calls <= limit);
  }
  int shown = 0;
  const GlobalFit fit = minimize_globally(objective, {.on_embedding = [&](const EmbeddingProgress& progress) {
                                            CHECK(progress.best_value == value(progress.x));
                                            return ++shown < 3;
                                          }});
  CHECK(fit.status == Status::cancelled);
  CHECK(fit.embeddings == 3);
  CHECK(minimize_globally(objective, {.embedding_limit = 2}).status == Status::iteration_limit);
}

TEST_CASE("No numbers, exceptions, and a sum of squares that is zero") {
  BoxObjective objective = lifted(branin, {2.5, 7.5}, 7.5, 20, false);
  objective.value = [](std::span<const double>) { return std::numeric_limits<double>::quiet_NaN(); };
  const GlobalFit nothing = minimize_globally(objective, {.most_dimensions = 3, .patience = 2});
  CHECK(nothing.status == Status::non_finite_input);
  CHECK(nothing.x == std::vector<double>(20, 0.0));
  objective.value = [](std::span<const double> x) {
    return x[0] < 0.2 ? std::numeric_limits<double>::quiet_NaN() : (x[0] - 0.5) * (x[0] - 0.5);
  };
  CHECK(minimize_globally(objective, {.target = 1e-12}).solved());
  objective.value = [](std::span<const double>) -> double { throw std::runtime_error("no value"); };
  CHECK_THROWS_WITH_AS((void)minimize_globally(objective), "no value", std::runtime_error);

  NonlinearProblem problem{.residuals = 1, .unknowns = 6};
  problem.residual = [](std::span<const double> x, std::span<double> r) { r[0] = std::max(0.0, 0.5 - x[3]); };
  problem.lower.assign(6, -1.0);
  problem.upper.assign(6, 1.0);
  const GlobalFit zero = minimize_globally(problem);
  CHECK(zero.status == Status::converged);
  CHECK(zero.value == 0);
  CHECK(zero.x[3] >= 0.5);
}

TEST_CASE("Options and boxes out of range") {
  const BoxObjective good = lifted(branin, {2.5, 7.5}, 7.5, 10, false);
  using Doc = doctest::Contains;
  const auto with = [&](const GlobalOptions& options) { (void)minimize_globally(good, options); };
  CHECK_THROWS_WITH_AS(with({.dimensions = 11}), Doc("dimensions is 11 but there are 10 unknowns"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.dimensions = 4, .most_dimensions = 3}), Doc("most_dimensions is 3"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.starts = 0}), Doc("starts"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.improvement = 1}), Doc("improvement"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.patience = 0}), Doc("patience"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.embedding_limit = 0}), Doc("embedding_limit"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.evaluation_limit = -1}), Doc("evaluation_limit"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.start_evaluations = -1}), Doc("start_evaluations"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.target = std::nan("")}), Doc("target"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.x0 = {1, 2}}), Doc("x0"), ShapeError);
  CHECK_THROWS_WITH_AS(with({.x0 = std::vector<double>(10, 2.0)}), Doc("entry 0 of x0"), InvalidOption);
  BoxObjective bad = good;
  bad.lower[3] = -std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH_AS((void)minimize_globally(bad), Doc("the bounds of unknown 3"), InvalidOption);
  bad.lower.pop_back();
  CHECK_THROWS_WITH_AS((void)minimize_globally(bad), Doc("lower"), ShapeError);
  bad = good;
  bad.value = nullptr;
  CHECK_THROWS_WITH_AS((void)minimize_globally(bad), Doc("value is empty"), InvalidOption);
  NonlinearProblem unbounded = rosenbrock(10, 4);
  unbounded.upper.clear();
  CHECK_THROWS_WITH_AS((void)minimize_globally(unbounded), Doc("upper"), ShapeError);
  CHECK(to_string(EmbeddingCentre::best_while_improving) == "best-while-improving");
}
