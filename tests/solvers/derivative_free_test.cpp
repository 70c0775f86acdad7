// Nonlinear least squares without derivatives: the test problems, noise, limits, resumption and what users do to it.
#include <croquis/solvers/derivative_free_least_squares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/parallel.hpp"
#include "solvers/derivative_free/noise.hpp"
#include "tests/support/nonlinear_problems.hpp"
#include "tests/support/random.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// Rosenbrock's valley, with its root at (1, 1).
void valley_residual(std::span<const double> x, std::span<double> r) {
  r[0] = 10 * (x[1] - x[0] * x[0]);
  r[1] = 1 - x[0];
}
NonlinearProblem rosenbrock() { return {.residuals = 2, .unknowns = 2, .residual = valley_residual}; }
const std::vector<double> valley{-1.2, 1};

NonlinearProblem without_jacobian(const NonlinearTestProblem& test) {
  NonlinearProblem problem = test.problem;
  problem.jacobian = nullptr;
  return problem;
}

// With normal errors of the given standard deviation in each residual, from a sequence of their own.
NonlinearProblem noisy(const NonlinearTestProblem& test, double additive, double relative, RandomSource& random) {
  NonlinearProblem problem = without_jacobian(test);
  problem.residual = [=, exact = test.problem.residual, &random](std::span<const double> x, std::span<double> r) {
    exact(x, r);
    for (double& entry : r) entry += random.normal() * std::hypot(additive, relative * entry);
  };
  return problem;
}

double exact_cost(const NonlinearTestProblem& test, const std::vector<double>& x) {
  std::vector<double> r(static_cast<std::size_t>(test.problem.residuals));
  test.problem.residual(x, r);
  double sum = 0;
  for (const double entry : r) sum += entry * entry;
  return sum / 2;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

void check_same(const DerivativeFreeFit& a, const DerivativeFreeFit& b) {
  CHECK(same_bits(a.x, b.x));
  CHECK(same_bits(a.residuals, b.residuals));
  CHECK(a.iterations == b.iterations);
  CHECK(a.residual_evaluations == b.residual_evaluations);
  CHECK(a.radius == b.radius);
  REQUIRE(a.state.points.size() == b.state.points.size());
  for (std::size_t k = 0; k < a.state.points.size(); ++k) CHECK(same_bits(a.state.points[k].x, b.state.points[k].x));
}

// In units of the size of its solution, some of whose unknowns start at zero.
NonlinearTestProblem yatp1cne_in_units(std::int64_t order) {
  NonlinearTestProblem test = yatp1cne(order);
  test.problem.typical_x.assign(test.x0.size(), 3.0);
  return test;
}

struct Case {
  NonlinearTestProblem test;
  DerivativeFreeOptions options = {};
};

// The cost is the minimum to eight digits: where r is orthogonal to J to 1e-6, it is to the square of that, times
// condition numbers. Or it is zero.
void check_minimum(const NonlinearTestProblem& test, const DerivativeFreeFit& fit) {
  if (test.minimum == 0) {
    CHECK(fit.cost < 1e-12);
    return;
  }
  const NonlinearFit full = nonlinear_least_squares(test.problem, test.x0);
  CHECK(full.solved());
  CHECK(fit.cost == doctest::Approx(full.cost).epsilon(1e-8));
}

}  // namespace

TEST_CASE("The test problems are solved, with at most twenty unknowns") {
  const std::vector<Case> cases{
      {artif(12)},
      {argtrig(12)},
      {bratu2d(6)},
      {bratu3d(4)},
      {cbratu2d(5)},
      {broydn3d(12)},
      {chandheq(12)},
      {integreq(12)},
      {morebv(12)},
      {luksan21(12)},
      // From x0 descent leads along x_1 = -1, where the infimum is 0 at infinity; a first point on the other side of
      // the valley leads to the root.
      {oscigrne(12), {.initial_radius = 1.4}},
      // Twice as many bends for each unknown more.
      {oscipane(3)},
      {penlt1ne(12)},
      {penlt2ne(12)},
      {vardimne(12)},
      {freurone(12)},
      {msqrta(4)},
      {arglale(12, 48)},
      {arglble(12, 48)},
      {luksan11(12)},
      {eigena(4)},
      {eigenb(4)},
      {yatp1cne_in_units(3)},
      {brownal(12)},
      {powellsg(12)},
      {arwhdne(12)},
  };
  CHECK(cases.size() == 26);
  for (const Case& each : cases) {
    CAPTURE(each.test.name);
    const DerivativeFreeFit fit =
        derivative_free_least_squares(without_jacobian(each.test), each.test.x0, each.options);
    CAPTURE(fit.message);
    CHECK(fit.solved());
    check_minimum(each.test, fit);
  }
}

TEST_CASE("Bent valleys, and regions that steps never leave, take few evaluations whatever the directions") {
  for (const auto& test : {penlt1ne(12), penlt2ne(12), yatp1cne_in_units(3), luksan11(12)}) {
    CAPTURE(test.name);
    for (const std::uint64_t seed : {1, 2, 3}) {
      const DerivativeFreeFit fit =
          derivative_free_least_squares(without_jacobian(test), test.x0, {.evaluation_limit = 1600, .seed = seed});
      CAPTURE(fit.message);
      // Rounding errors of some residuals may hide whether x is a solution.
      CHECK((fit.solved() || fit.status == Status::noise_limited));
      check_minimum(test, fit);
    }
  }
}

TEST_CASE("A second search from x0 loses nothing of the first, nor of the budget") {
  const NonlinearTestProblem test = yatp1cne_in_units(3);
  NonlinearProblem counted = without_jacobian(test);
  std::vector<double> costs;
  counted.residual = [&costs, exact = test.problem.residual](std::span<const double> x, std::span<double> r) {
    exact(x, r);
    double sum = 0;
    for (const double entry : r) sum += entry * entry;
    costs.push_back(sum / 2);
  };
  std::vector<double> seen;
  const auto see = [&](const NonlinearProgress& progress) {
    CHECK(progress.cost == doctest::Approx(*std::min_element(costs.begin(), costs.end())).epsilon(1e-12));
    return true;
  };
  DerivativeFreeOptions options{.on_iteration = see};
  const DerivativeFreeFit whole = derivative_free_least_squares(counted, test.x0, options);
  CHECK(whole.solved());
  CHECK(whole.state.renewing);
  CHECK(whole.cost < 1e-12);
  // Begun and ended anywhere, with one more evaluation at a time.
  options.on_iteration = nullptr;
  options.evaluation_limit = 1;
  DerivativeFreeFit part = derivative_free_least_squares(counted, test.x0, options);
  std::int64_t searches_aside = 0;
  while (part.status == Status::evaluation_limit) {
    searches_aside += part.state.aside.empty() ? 0 : 1;
    const double before = part.cost;
    part = derivative_free_least_squares(counted, part.state, options);
    CHECK(part.cost <= before);
  }
  check_same(part, whole);
  CHECK(part.status == whole.status);
  CHECK(searches_aside > 0);
}

TEST_CASE("A second search that ends above where the first one did gives way to that") {
  NonlinearProblem problem{.residuals = 2, .unknowns = 1};
  problem.residual = [](std::span<const double> x, std::span<double> r) {
    r[0] = x[0] * x[0] - 1;
    r[1] = 0.1 * (x[0] - 1);
  };
  const DerivativeFreeFit higher = derivative_free_least_squares(problem, std::vector<double>{-1.5});
  CHECK(higher.solved());
  CHECK(higher.cost > 0.01);
  DerivativeFreeState state = higher.state;
  state.renewing = true;
  InterpolationPoint lower{.x = {1.01}, .residuals = std::vector<double>(2)};
  problem.residual(lower.x, lower.residuals);
  lower.cost = (lower.residuals[0] * lower.residuals[0] + lower.residuals[1] * lower.residuals[1]) / 2;
  state.aside.push_back(lower);
  const DerivativeFreeFit fit = derivative_free_least_squares(problem, state);
  CHECK(fit.solved());
  CHECK(fit.x[0] == doctest::Approx(1).epsilon(1e-6));
}

TEST_CASE("Random subspaces, fixed and growing") {
  for (const auto& test : {broydn3d(12), integreq(12), arglale(12, 48)}) {
    CAPTURE(test.name);
    const double minimum = test.minimum;
    for (const bool adaptive : {false, true}) {
      const DerivativeFreeFit fit = derivative_free_least_squares(without_jacobian(test), test.x0,
                                                                  {.dimensions = 3, .adaptive = adaptive, .seed = 5});
      CAPTURE(fit.message);
      CHECK(fit.solved());
      CHECK(fit.cost <= minimum * (1 + 1e-8) + 1e-12);
      CHECK(fit.history.front().dimensions == 3);
      CHECK(fit.history.front().residual_evaluations == 5);
      CHECK((fit.dimensions == 3) == !adaptive);
    }
  }
}

TEST_CASE("A linear problem of n unknowns takes n + 2 evaluations, and those that make sure") {
  NonlinearProblem problem{.residuals = 3, .unknowns = 2};
  problem.residual = [](std::span<const double> x, std::span<double> r) {
    r[0] = x[0] + x[1] - 3;
    r[1] = x[0] - x[1] + 1;
    r[2] = 2;
  };
  const DerivativeFreeFit fit = derivative_free_least_squares(problem, std::vector<double>{0.9, 2.1});
  CHECK(fit.solved());
  // Past 1, 2 and 3 evaluations for the set.
  CHECK(fit.history.front().residual_evaluations == 4);
  CHECK(fit.history.front().cost == doctest::Approx(2).epsilon(1e-12));
  CHECK(fit.x[0] == doctest::Approx(1).epsilon(1e-8));
  CHECK(fit.x[1] == doctest::Approx(2).epsilon(1e-8));
  CHECK(fit.residual_evaluations <= 10);
  // A verdict wants no points closer than the shortest step.
  const DerivativeFreeFit coarse =
      derivative_free_least_squares(problem, std::vector<double>{0.9, 2.1}, {.final_radius = 1e-2});
  CHECK(coarse.solved());
  CHECK(coarse.cost == doctest::Approx(2).epsilon(1e-12));
}

TEST_CASE("Evaluations are counted, and none is made beyond the limit") {
  const NonlinearTestProblem test = chandheq(8);
  RandomSource random(3);
  const NonlinearProblem with_noise = noisy(test, 1e-3, 0, random);
  for (const std::int64_t limit : {1, 2, 5, 9, 10, 11, 40, 1000}) {
    CAPTURE(limit);
    for (const bool noise : {false, true}) {
      NonlinearProblem counted = noise ? with_noise : without_jacobian(test);
      std::int64_t calls = 0;
      counted.residual = [&calls, inner = counted.residual](std::span<const double> x, std::span<double> r) {
        ++calls;
        inner(x, r);
      };
      const DerivativeFreeFit fit = derivative_free_least_squares(counted, test.x0, {.evaluation_limit = limit});
      CHECK(calls == fit.residual_evaluations);
      if (limit < 1000) {
        CHECK(calls == limit);
        CHECK(fit.status == Status::evaluation_limit);
        CHECK(fit.cost <= fit.initial_cost);
      } else {
        CHECK(fit.status == (noise ? Status::noise_limited : Status::converged));
        CHECK((fit.restarts > 0) == noise);
      }
    }
  }
}

TEST_CASE("Two calls of k evaluations are one of 2 k, to the bit") {
  for (const auto& test : {freurone(6), chandheq(8)}) {
    CAPTURE(test.name);
    // Rounding to four decimals is noise, which is estimated on the way.
    NonlinearProblem rounded = without_jacobian(test);
    rounded.residual = [exact = test.problem.residual](std::span<const double> x, std::span<double> r) {
      exact(x, r);
      for (double& entry : r) entry = std::round(entry * 1e4) / 1e4;
    };
    for (const NonlinearProblem& problem : {without_jacobian(test), rounded}) {
      for (const std::int64_t dimensions : {0, 2}) {
        for (const std::int64_t k : {1, 3, 8, 17, 30, 41}) {
          CAPTURE(k);
          DerivativeFreeOptions options{.dimensions = dimensions, .evaluation_limit = 2 * k, .seed = 9};
          const DerivativeFreeFit once = derivative_free_least_squares(problem, test.x0, options);
          options.evaluation_limit = k;
          const DerivativeFreeFit half = derivative_free_least_squares(problem, test.x0, options);
          const DerivativeFreeFit twice = derivative_free_least_squares(problem, half.state, options);
          check_same(once, twice);
          CHECK(twice.status == once.status);
          CHECK(half.history.size() + twice.history.size() == once.history.size());
        }
      }
    }
  }
}

TEST_CASE("The same bits for any number of threads, and other directions for another seed") {
  const NonlinearTestProblem test = bratu2d(6);
  NonlinearProblem problem = without_jacobian(test);
  problem.parallel_residuals = true;
  const DerivativeFreeOptions options{.dimensions = 5, .evaluation_limit = 60, .seed = 4};
  std::vector<DerivativeFreeFit> fits;
  for (const int threads : {1, 2, 5}) {
    run_with_threads(threads, [&] { fits.push_back(derivative_free_least_squares(problem, test.x0, options)); });
    check_same(fits.back(), fits.front());
  }
  CHECK(fits.front().cost < fits.front().initial_cost);
  const DerivativeFreeFit other =
      derivative_free_least_squares(problem, test.x0, {.dimensions = 5, .evaluation_limit = 60, .seed = 5});
  CHECK_FALSE(same_bits(other.x, fits.front().x));
}

TEST_CASE("With noise, known or not, the end says so, and is as low as noise") {
  RandomSource random(17);
  for (const auto& test : {broydn3d(12), integreq(8), chandheq(12)}) {
    CAPTURE(test.name);
    for (const double noise : {1e-2, 1e-4}) {
      for (const bool known : {false, true}) {
        CAPTURE(noise);
        CAPTURE(known);
        DerivativeFreeOptions options;
        if (known) options.additive_noise = noise;
        const DerivativeFreeFit fit = derivative_free_least_squares(noisy(test, noise, 0, random), test.x0, options);
        CAPTURE(fit.message);
        CHECK(fit.status == Status::noise_limited);
        CHECK(fit.message.find("noise") != std::string::npos);
        // An estimate from some twenty numbers and more: off by a factor of two with a probability below 1e-4.
        CHECK(fit.noise_level > noise / 2);
        CHECK(fit.noise_level < 2 * noise);
        CHECK((!known || fit.noise_level == noise));
        // The noise alone has a cost of m / 2 noise^2 in the mean; a J that is a little wrong adds as much again.
        CHECK(exact_cost(test, fit.x) < 10 * noise * noise * static_cast<double>(test.problem.residuals) / 2);
        CHECK(fit.residual_evaluations < 200);
      }
    }
  }
  // Relative noise vanishes with the residuals, and does not stand in the way.
  const NonlinearTestProblem test = broydn3d(12);
  const DerivativeFreeFit fit =
      derivative_free_least_squares(noisy(test, 0, 1e-2, random), test.x0, {.relative_noise = 1e-2});
  CAPTURE(fit.message);
  CHECK(exact_cost(test, fit.x) < 1e-6 * exact_cost(test, test.x0));
}

TEST_CASE("Noise is told from smooth residuals") {
  RandomSource random(2);
  for (const double noise : {0.0, 1e-9, 1e-3}) {
    std::vector<std::vector<double>> residuals(7, std::vector<double>(20));
    for (std::size_t k = 0; k < residuals.size(); ++k)
      for (std::size_t i = 0; i < 20; ++i)
        residuals[k][i] = std::exp(0.01 * static_cast<double>(k * i)) + noise * random.normal();
    std::vector<const std::vector<double>*> line;
    for (const auto& r : residuals) line.push_back(&r);
    const auto level = estimate_noise(line);
    if (noise == 1e-3) {
      REQUIRE(level);
      CHECK(*level > noise / 2);
      CHECK(*level < 2 * noise);
    } else {
      // Differences of order six of these are 1e-4: noise below that does not show.
      CHECK((!level || *level < 1e-3));
    }
  }
}

TEST_CASE("Residuals that are rounded or that jump are no solution") {
  // Whose cost is 9 at best.
  const NonlinearTestProblem test = arglale(6, 24);
  NonlinearProblem problem = without_jacobian(test);
  problem.residual = [exact = test.problem.residual](std::span<const double> x, std::span<double> r) {
    exact(x, r);
    for (double& entry : r) entry = std::round(entry * 100) / 100;
  };
  for (const std::int64_t noise_evaluations : {0, 6}) {
    const DerivativeFreeFit fit =
        derivative_free_least_squares(problem, test.x0, {.noise_evaluations = noise_evaluations});
    CAPTURE(fit.message);
    CHECK_FALSE(fit.solved());
    CHECK((fit.status == Status::stalled || fit.status == Status::noise_limited));
    CHECK(fit.cost < 9.1);
  }
}

TEST_CASE("Residuals that are not finite: at the start, on the way, behind a wall, everywhere") {
  NonlinearProblem problem = rosenbrock();
  std::int64_t calls = 0;
  problem.residual = [&calls](std::span<const double> x, std::span<double> r) {
    valley_residual(x, r);
    ++calls;
    // A point of the first set, the retry of another, and some steps.
    if (calls == 2 || calls == 4 || calls == 6 || calls % 10 == 0) r[calls % 2] = not_a_number;
  };
  const DerivativeFreeFit fit = derivative_free_least_squares(problem, valley);
  CAPTURE(fit.message);
  CHECK(fit.solved());
  CHECK(fit.cost < 1e-12);
  CHECK(std::any_of(fit.history.begin(), fit.history.end(), [](const auto& it) { return std::isnan(it.ratio); }));

  problem.residual = [](std::span<const double> x, std::span<double> r) {
    valley_residual(x, r);
    if (x[0] > 0.5) r[0] = not_a_number;
  };
  const DerivativeFreeFit wall = derivative_free_least_squares(problem, valley);
  CAPTURE(wall.message);
  CHECK_FALSE(wall.solved());
  CHECK(wall.x[0] <= 0.5);
  CHECK(wall.x[0] > 0.49);

  problem.residual = [](std::span<const double> x, std::span<double> r) {
    valley_residual(x, r);
    if (x[0] != valley[0] || x[1] != valley[1]) r[0] = std::numeric_limits<double>::infinity();
  };
  const DerivativeFreeFit stuck = derivative_free_least_squares(problem, valley);
  CHECK(stuck.status == Status::non_finite_input);
  CHECK(stuck.x == valley);
  CHECK(stuck.residual_evaluations < 200);

  problem.residual = [](std::span<const double>, std::span<double> r) { r[0] = 1; };
  const DerivativeFreeFit unwritten = derivative_free_least_squares(problem, valley);
  CHECK(unwritten.status == Status::non_finite_input);
  CHECK(unwritten.message.find("entry 1") != std::string::npos);
  CHECK(unwritten.residual_evaluations == 1);

  problem.residual = [](std::span<const double> x, std::span<double> r) {
    valley_residual(x, r);
    r.data()[2] = 0;
  };
  CHECK_THROWS_WITH_AS((void)derivative_free_least_squares(problem, valley), doctest::Contains("behind the end of r"),
                       ShapeError);
}

TEST_CASE("Cancelling, and exceptions that pass through; the callback has seen the best x") {
  std::vector<double> seen;
  double seen_cost = 0;
  const auto see = [&](const NonlinearProgress& progress) {
    seen.assign(progress.x.begin(), progress.x.end());
    seen_cost = progress.cost;
    return progress.iteration < 5;
  };
  const DerivativeFreeFit cancelled = derivative_free_least_squares(rosenbrock(), valley, {.on_iteration = see});
  CHECK(cancelled.status == Status::cancelled);
  CHECK(cancelled.iterations == 5);
  CHECK(cancelled.x == seen);
  // And on from there.
  const DerivativeFreeFit rest = derivative_free_least_squares(rosenbrock(), cancelled.state);
  CHECK(rest.solved());
  CHECK(rest.iterations == cancelled.iterations + static_cast<std::int64_t>(rest.history.size()));
  check_same(rest, derivative_free_least_squares(rosenbrock(), valley));

  NonlinearProblem throwing = rosenbrock();
  int calls = 0;
  double lowest = std::numeric_limits<double>::infinity();
  throwing.residual = [&](std::span<const double> x, std::span<double> r) {
    if (++calls == 12) throw std::runtime_error("simulation failed");
    valley_residual(x, r);
    lowest = std::min(lowest, (r[0] * r[0] + r[1] * r[1]) / 2);
  };
  const auto go_on = [&](const NonlinearProgress& progress) { return see(progress), true; };
  CHECK_THROWS_WITH_AS((void)derivative_free_least_squares(throwing, valley, {.on_iteration = go_on}),
                       "simulation failed", std::runtime_error);
  CHECK(seen_cost == doctest::Approx(lowest).epsilon(0.5));
  CHECK_THROWS_WITH_AS((void)derivative_free_least_squares(
                           rosenbrock(), valley,
                           {.on_iteration = [](const NonlinearProgress&) -> bool { throw std::runtime_error("log"); }}),
                       "log", std::runtime_error);
}

TEST_CASE("Bounds are never crossed, and hold unknowns where descent would") {
  NonlinearProblem problem = rosenbrock();
  problem.residual = [](std::span<const double> x, std::span<double> r) {
    if (x[0] > 0.5 || x[1] < 0) throw std::runtime_error("outside");
    valley_residual(x, r);
  };
  problem.lower = {-std::numeric_limits<double>::infinity(), 0};
  problem.upper = {0.5, std::numeric_limits<double>::infinity()};
  for (const auto& x0 : {std::vector<double>{-1.2, 1}, std::vector<double>{0.5, 0}, std::vector<double>{-3, 0}}) {
    const DerivativeFreeFit fit = derivative_free_least_squares(problem, x0);
    CAPTURE(fit.message);
    CHECK(fit.solved());
    CHECK(fit.x[0] == 0.5);
    CHECK(fit.x[1] == doctest::Approx(0.25).epsilon(1e-5));
    CHECK(fit.dimensions == 1);
  }
  // An unknown that is fixed, one with next to no room, and no room at all.
  for (const double width : {0.0, 1e-12}) {
    problem.lower = {0.5 - width, -5};
    const DerivativeFreeFit fit = derivative_free_least_squares(problem, std::vector<double>{0.5, 1});
    CAPTURE(fit.message);
    CHECK(fit.x[1] == doctest::Approx(0.25).epsilon(1e-5));
  }
  problem.lower = problem.upper = {0.5, 1};
  const DerivativeFreeFit fixed = derivative_free_least_squares(problem, std::vector<double>{0.5, 1});
  CHECK(fixed.solved());
  CHECK(fixed.residual_evaluations == 1);
}

TEST_CASE("Nonnegative least squares with weights and a loss ends where the full solver does") {
  constexpr std::int64_t m = 30, n = 8;
  RandomSource random(1);
  const Matrix<double> a = gaussian_matrix(m, n, random);
  const Matrix<double> b = gaussian_matrix(m, 1, random);
  NonlinearProblem problem{.residuals = m, .unknowns = n, .lower = std::vector<double>(n, 0.0)};
  for (std::int64_t i = 0; i < m; ++i) problem.weights.push_back(0.5 + random.uniform());
  problem.residual = [&](std::span<const double> x, std::span<double> r) {
    for (std::int64_t i = 0; i < m; ++i) {
      r[i] = -b(i, 0);
      for (std::int64_t k = 0; k < n; ++k) r[i] += a(i, k) * x[k];
    }
  };
  for (const auto loss : {LossFunction::squares, LossFunction::soft_l1}) {
    problem.loss = loss;
    const std::vector<double> x0(n, 1.0);
    const NonlinearFit full = nonlinear_least_squares(problem, x0);
    for (const std::int64_t dimensions : {0, 3}) {
      const DerivativeFreeFit fit = derivative_free_least_squares(problem, x0, {.dimensions = dimensions});
      CAPTURE(fit.message);
      CHECK(fit.solved());
      CHECK(fit.cost == doctest::Approx(full.cost).epsilon(1e-9));
      // That all or none of eight coefficients of noise are negative has a probability of 1e-2; these are not.
      const auto held = std::count(fit.x.begin(), fit.x.end(), 0.0);
      CHECK(held > 0);
      CHECK(held < n);
    }
  }
}

TEST_CASE("Options and states out of range are named") {
  using Doc = doctest::Contains;
  const auto with = [](const DerivativeFreeOptions& options) {
    (void)derivative_free_least_squares(rosenbrock(), valley, options);
  };
  CHECK_THROWS_WITH_AS(with({.dimensions = -1}), Doc("dimensions"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.initial_radius = 0}), Doc("initial_radius"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.final_radius = not_a_number}), Doc("final_radius"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.initial_radius = 1e-3, .final_radius = 1}), Doc("final_radius"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.evaluation_limit = -1}), Doc("evaluation_limit"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.residual_tolerance = 1}), Doc("residual_tolerance"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.cost_tolerance = -1}), Doc("cost_tolerance"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.additive_noise = -1}), Doc("additive_noise"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.relative_noise = not_a_number}), Doc("relative_noise"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.noise_evaluations = 3}), Doc("noise_evaluations"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.fruitless_restarts = -1}), Doc("fruitless_restarts"), InvalidOption);
  CHECK_THROWS_WITH_AS((void)derivative_free_least_squares(rosenbrock(), std::vector<double>{1}), Doc("x0 is 1 x 1"),
                       ShapeError);
  CHECK_THROWS_WITH_AS((void)derivative_free_least_squares(rosenbrock(), std::vector<double>{1, not_a_number}),
                       Doc("entry 1 of x0"), InvalidOption);

  CHECK_THROWS_WITH_AS((void)derivative_free_least_squares(rosenbrock(), DerivativeFreeState{}), Doc("no points"),
                       InvalidOption);
  const DerivativeFreeState state = derivative_free_least_squares(rosenbrock(), valley, {.evaluation_limit = 2}).state;
  NonlinearProblem larger = rosenbrock();
  larger.unknowns = 3;
  CHECK_THROWS_WITH_AS((void)derivative_free_least_squares(larger, state), Doc("points[0].x"), ShapeError);
  larger = rosenbrock();
  larger.residuals = 3;
  CHECK_THROWS_WITH_AS((void)derivative_free_least_squares(larger, state), Doc("points[0].residuals"), ShapeError);
  for (const double cost : {std::numeric_limits<double>::infinity(), not_a_number, 0.0}) {
    DerivativeFreeState boasting = state;
    boasting.initial_cost = cost;
    CHECK_THROWS_WITH_AS((void)derivative_free_least_squares(rosenbrock(), boasting), Doc("initial_cost"),
                         InvalidOption);
  }
  DerivativeFreeState broken = state;
  broken.evaluated = 7;
  CHECK_THROWS_WITH_AS((void)derivative_free_least_squares(rosenbrock(), broken), Doc("evaluated is 7"), InvalidOption);
  broken = state;
  broken.trial.assign(2, state.points.front());
  CHECK_THROWS_WITH_AS((void)derivative_free_least_squares(rosenbrock(), broken), Doc("trial"), InvalidOption);
  broken = state;
  broken.aside.push_back({.x = {1}});
  CHECK_THROWS_WITH_AS((void)derivative_free_least_squares(rosenbrock(), broken), Doc("aside[0].x"), ShapeError);
  broken = state;
  broken.first.residuals.clear();
  CHECK_THROWS_WITH_AS((void)derivative_free_least_squares(rosenbrock(), broken), Doc("first.residuals"), ShapeError);
  broken = state;
  broken.column_norms = {1, -1};
  CHECK_THROWS_WITH_AS((void)derivative_free_least_squares(rosenbrock(), broken), Doc("column_norms"), InvalidOption);
}
