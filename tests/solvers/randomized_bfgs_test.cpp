// Randomized BFGS: its rate on quadratics beside the theory's, models, valleys, and what goes wrong.
#include <croquis/solvers/randomized_bfgs.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include <croquis/errors.hpp>
#include <croquis/solvers/generalized_linear_model.hpp>

#include "linalg/parallel.hpp"
#include "tests/support/random.hpp"
#include "tests/support/rosenbrock_chain.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// sum_i lambda_i x_i^2 / 2, whose error has no floor in floating point.
Objective quadratic(std::vector<double> lambda) {
  Objective f;
  f.unknowns = static_cast<std::int64_t>(lambda.size());
  f.value_and_gradient = [lambda](std::span<const double> x, std::span<double> g) {
    double value = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      g[i] = lambda[i] * x[i];
      value += g[i] * x[i] / 2;
    }
    return value;
  };
  f.hessian_times = [lambda](std::span<const double>, MatrixView<const double> v, MatrixView<double> hv) {
    for (std::int64_t j = 0; j < v.cols; ++j)
      for (std::int64_t i = 0; i < v.rows; ++i) hv(i, j) = lambda[static_cast<std::size_t>(i)] * v(i, j);
  };
  return f;
}

// By how much each iteration shrinks f, which is half of ||x||_H^2.
std::vector<double> contractions(const RandomizedBfgsFit& fit) {
  std::vector<double> result;
  double before = fit.initial_value;
  for (const NewtonIteration& it : fit.history) {
    result.push_back(it.value / before);
    before = it.value;
  }
  return result;
}

struct Regression {
  Matrix<double> a;
  std::vector<double> y;
  GeneralizedLinearOptions options;

  // Columns over four orders of magnitude.
  Regression() : a(300, 12) {
    RandomSource random(11);
    a = gaussian_matrix(300, 12, random);
    scale_columns(a, -2, 2);
    for (std::int64_t i = 0; i < 300; ++i) y.push_back(a(i, 5) + a(i, 6) + random.normal() > 0 ? 1 : -1);
    options.ridge = 1e-6;
    options.newton.gradient_tolerance = 1e-10;
  }
};

}  // namespace

TEST_CASE("convergence on a quadratic is as fast as the theory says") {
  // rho, the smallest E lambda_i z_i^2 / sum_j lambda_j z_j^2 for one Gaussian direction z, is 0.12603 by quadrature. B
  // starts at gamma I with 1 <= gamma <= 2, so ||R_0||_F^2 <= 6. After k updates E ||R||_F^2 <= (1 - rho)^k 6, and a
  // step of length one shrinks f by ||R||_2^2 at most.
  const std::vector<double> lambda = log_spaced(6, 2);
  constexpr double rho = 0.126;
  const std::vector<double> x0(6, 1.0);
  constexpr std::size_t iterations = 120;
  std::vector<int> slow(iterations, 0);
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    RandomizedBfgsOptions options;
    options.gradient_tolerance = 0;
    options.iteration_limit = iterations;
    options.directions = 1;
    options.family = SubspaceFamily::gaussian;
    options.conditioned = false;
    options.previous_step = false;
    options.seed = 1000 * seed;
    const std::vector<double> contraction = contractions(minimize_by_randomized_bfgs(quadratic(lambda), x0, options));
    for (std::size_t k = 0; k < iterations; ++k) {
      const double bound = 6 * std::pow(1 - rho, static_cast<double>(k + 1));
      if (k < contraction.size() && contraction[k] > 5 * bound) ++slow[k];
    }
  }
  // By Markov's inequality a run is slow at k with a probability of at most 1/5, so that 50 of 100 are with one below
  // 1e-10, and below 1e-8 for any of the k.
  CHECK(*std::max_element(slow.begin(), slow.end()) < 50);
  CHECK(5 * 6 * std::pow(1 - rho, static_cast<double>(iterations)) < 0.1);
}

TEST_CASE("conditioned directions make convergence superlinear whatever the condition number") {
  const std::vector<double> x0(20, 1.0);
  RandomizedBfgsOptions options;
  options.family = SubspaceFamily::gaussian;
  options.gradient_tolerance = 0;
  options.directions = 5;
  options.iteration_limit = 90;
  const std::vector<double> contraction =
      contractions(minimize_by_randomized_bfgs(quadratic(log_spaced(20, 1e6)), x0, options));
  REQUIRE(contraction.size() > 60);
  for (std::size_t k = 55; k < 60; ++k) CHECK(contraction[k] < 1e-3);
}

TEST_CASE("dealt and conditioned coordinates end on a quadratic after n products") {
  Objective f;
  f.unknowns = 24;
  f.hessian_times = [](std::span<const double>, MatrixView<const double> v, MatrixView<double> hv) {
    for (std::int64_t j = 0; j < v.cols; ++j)
      for (std::int64_t i = 0; i < 24; ++i)
        hv(i, j) = 2.01 * v(i, j) - (i > 0 ? v(i - 1, j) : 0) - (i < 23 ? v(i + 1, j) : 0);
  };
  f.value_and_gradient = [product = f.hessian_times](std::span<const double> x, std::span<double> g) {
    product(x, column_major(x.data(), 24, 1), column_major(g.data(), 24, 1));
    double value = 0;
    for (std::size_t i = 0; i < 24; ++i) value += g[i] * x[i] / 2;
    return value;
  };
  RandomizedBfgsOptions options;
  options.directions = 6;
  options.previous_step = false;
  options.gradient_tolerance = 1e-12;
  const RandomizedBfgsFit fit = minimize_by_randomized_bfgs(f, std::vector<double>(24, 1.0), options);
  CHECK_MESSAGE(fit.solved(), fit.message);
  CHECK(fit.iterations == 4);
  CHECK(fit.products == 24);
}

TEST_CASE("valleys, with products by differences, in every form") {
  const std::vector<double> x0(20, 0.0);
  for (const auto memory : {InverseMemory::full, InverseMemory::limited})
    for (const bool conditioned : {true, false}) {
      CAPTURE(to_string(memory));
      CAPTURE(conditioned);
      RandomizedBfgsOptions options;
      options.gradient_tolerance = 1e-11;
      options.memory = memory;
      options.conditioned = conditioned;
      const RandomizedBfgsFit fit =
          minimize_by_randomized_bfgs({.unknowns = 20, .value_and_gradient = rosenbrock_chain}, x0, options);
      CHECK_MESSAGE(fit.solved(), fit.message);
      CHECK(fit.memory == memory);
      // The gradient starts at 9, and the Hessian's smallest eigenvalue at ones is about 0.4.
      for (const double entry : fit.x) CHECK(std::abs(entry - 1) < 1e-9);
      double before = fit.initial_value;
      for (const NewtonIteration& it : fit.history) {
        CHECK(it.value <= before);
        before = it.value;
      }
      CHECK(iteration_table(fit).find(fit.message) != std::string::npos);
    }
}

TEST_CASE("logistic regression with badly scaled columns ends in the minimum of Newton's method") {
  const Regression r;
  const GeneralizedLinearModel model = fit_generalized_linear_model(r.a.view(), r.y, r.options);
  REQUIRE(model.solved());
  const Objective objective = generalized_linear_objective(r.a.view(), r.y, r.options);
  const std::vector<double> x0(13, 0.0);
  std::vector<double> diagonal(13, 0.25);
  for (std::size_t j = 0; j < 12; ++j) diagonal[j] *= std::pow(10.0, 2 * (-2 + 4 * static_cast<double>(j) / 11));
  for (const auto memory : {InverseMemory::full, InverseMemory::limited})
    for (const bool scaled : {false, true}) {
      RandomizedBfgsOptions options;
      options.memory = memory;
      options.gradient_tolerance = 1e-9;
      if (scaled) options.diagonal = diagonal;
      const RandomizedBfgsFit fit = minimize_by_randomized_bfgs(objective, x0, options);
      CHECK_MESSAGE(fit.solved(), fit.message);
      CHECK(fit.value == doctest::Approx(model.value).epsilon(1e-9));
      CHECK(fit.value >= model.value - 1e-12);
    }
}

TEST_CASE("the gradient converges where the value no longer shows it") {
  // Beside an offset of one the last seven digits of x change f by less than a roundoff.
  Objective f = quadratic(log_spaced(10, 1e3));
  f.value_and_gradient = [without = f.value_and_gradient](std::span<const double> x, std::span<double> g) {
    return 1 + without(x, g);
  };
  RandomizedBfgsOptions options;
  options.gradient_tolerance = 1e-12;
  for (const auto memory : {InverseMemory::full, InverseMemory::limited}) {
    options.memory = memory;
    const RandomizedBfgsFit fit = minimize_by_randomized_bfgs(f, std::vector<double>(10, 1.0), options);
    CHECK(fit.status == Status::converged);
    CHECK(fit.gradient_norm <= 1e-12 * fit.initial_gradient_norm);
  }
}

TEST_CASE("a memory with room for every block is the full one") {
  std::vector<double> x0(10, -1.0);
  RandomizedBfgsOptions options;
  options.conditioned = false;
  options.iteration_limit = 8;
  options.blocks = 8;
  options.memory = InverseMemory::full;
  const RandomizedBfgsFit full = minimize_by_randomized_bfgs(quadratic(log_spaced(10, 50)), x0, options);
  options.memory = InverseMemory::limited;
  const RandomizedBfgsFit limited = minimize_by_randomized_bfgs(quadratic(log_spaced(10, 50)), x0, options);
  options.blocks = 1;
  const RandomizedBfgsFit forgetful = minimize_by_randomized_bfgs(quadratic(log_spaced(10, 50)), x0, options);
  REQUIRE(full.iterations == limited.iterations);
  // The minimum is zero, and B near the inverse by now.
  CHECK(full.error_estimate == doctest::Approx(full.value).epsilon(0.5));
  // The same steps but for rounding, some thousand times u of entries of size one.
  for (std::size_t i = 0; i < x0.size(); ++i) CHECK(std::abs(full.x[i] - limited.x[i]) < 1e-12);
  CHECK(forgetful.value > 10 * full.value);
}

TEST_CASE("same seed, same bits, for any number of threads") {
  const std::vector<double> lambda = log_spaced(700, 1e3), x0(700, 1.0);
  for (const auto memory : {InverseMemory::full, InverseMemory::limited})
    for (const bool conditioned : {true, false}) {
      RandomizedBfgsOptions options;
      options.memory = memory;
      options.conditioned = conditioned;
      options.blocks = 3;
      options.directions = 4;
      options.iteration_limit = 6;
      options.seed = 5;
      std::vector<double> one, many;
      run_with_threads(1, [&] { one = minimize_by_randomized_bfgs(quadratic(lambda), x0, options).x; });
      run_with_threads(4, [&] { many = minimize_by_randomized_bfgs(quadratic(lambda), x0, options).x; });
      CHECK(one == many);
      options.seed = 6;
      CHECK(minimize_by_randomized_bfgs(quadratic(lambda), x0, options).x != one);
    }
}

TEST_CASE("functions that are flat, curved downwards, or cannot be computed everywhere") {
  const std::vector<double> x0{0.5, 2};
  SUBCASE("a double well from where it is concave") {
    Objective f;
    f.unknowns = 2;
    f.value_and_gradient = [](std::span<const double> x, std::span<double> g) {
      g[0] = 4 * x[0] * (x[0] * x[0] - 1);
      g[1] = 4 * x[1] * (x[1] * x[1] - 1);
      return std::pow(x[0] * x[0] - 1, 2) + std::pow(x[1] * x[1] - 1, 2);
    };
    const RandomizedBfgsFit fit = minimize_by_randomized_bfgs(f, std::vector<double>{0.1, -0.2}, {});
    CHECK_MESSAGE(fit.solved(), fit.message);
    CHECK(fit.dropped_directions > 0);
    CHECK(std::abs(fit.x[0] - 1) < 1e-6);
    CHECK(std::abs(fit.x[1] + 1) < 1e-6);
  }
  SUBCASE("x - log x with NaN left of zero") {
    Objective f;
    f.unknowns = 2;
    f.value_and_gradient = [](std::span<const double> x, std::span<double> g) {
      for (std::size_t i = 0; i < 2; ++i) g[i] = 1 - 1 / x[i];
      return x[0] - std::log(x[0]) + x[1] - std::log(x[1]);
    };
    const RandomizedBfgsFit fit = minimize_by_randomized_bfgs(f, std::vector<double>{1e-3, 50}, {});
    CHECK_MESSAGE(fit.solved(), fit.message);
    CHECK(std::abs(fit.x[0] - 1) < 1e-4);
  }
  SUBCASE("a plane falls without end") {
    Objective f;
    f.unknowns = 2;
    f.value_and_gradient = [](std::span<const double> x, std::span<double> g) {
      g[0] = 1;
      g[1] = 2;
      return x[0] + 2 * x[1];
    };
    RandomizedBfgsOptions options;
    options.iteration_limit = 5;
    const RandomizedBfgsFit fit = minimize_by_randomized_bfgs(f, x0, options);
    CHECK(fit.status == Status::iteration_limit);
    CHECK(fit.value < -1);
  }
  SUBCASE("products that are not finite are left out") {
    Objective f = quadratic({1, 3});
    f.hessian_times = [](std::span<const double>, MatrixView<const double>, MatrixView<double> hv) {
      for (std::int64_t j = 0; j < hv.cols; ++j)
        for (std::int64_t i = 0; i < 2; ++i) hv(i, j) = std::numeric_limits<double>::quiet_NaN();
    };
    const RandomizedBfgsFit fit = minimize_by_randomized_bfgs(f, x0, {});
    CHECK_MESSAGE(fit.solved(), fit.message);
    CHECK(fit.dropped_directions == fit.products);
  }
  SUBCASE("the gradient of another function") {
    Objective f = quadratic({1, 3});
    const auto right = f.value_and_gradient;
    f.value_and_gradient = [right](std::span<const double> x, std::span<double> g) {
      const double value = right(x, g);
      for (double& entry : g) entry = -entry;
      return value;
    };
    const RandomizedBfgsFit fit = minimize_by_randomized_bfgs(f, x0, {});
    CHECK(fit.status == Status::stalled);
    CHECK(fit.x == x0);
  }
  SUBCASE("not finite at x0") {
    Objective f = quadratic({1, std::numeric_limits<double>::infinity()});
    CHECK(minimize_by_randomized_bfgs(f, x0, {}).status == Status::non_finite_input);
  }
  SUBCASE("nothing to do") {
    const RandomizedBfgsFit fit = minimize_by_randomized_bfgs(quadratic({1, 3}), std::vector<double>{0, 0}, {});
    CHECK(fit.solved());
    CHECK(fit.products == 0);
  }
}

TEST_CASE("an inverse that hides the gradient is no convergence") {
  // The diagonal says that the second unknown cannot move.
  Objective f = quadratic({2, 2, 2});
  f.hessian_times = nullptr;
  const std::vector<double> x0{1, 2, 3}, wild{1e-300, 1e300, 1};
  const RandomizedBfgsFit fit = minimize_by_randomized_bfgs(f, x0, {.diagonal = wild});
  CHECK(fit.gradient_norm > 1);
  CHECK_MESSAGE(fit.status == Status::stalled, fit.message);
}

TEST_CASE("callbacks, exceptions, and bad arguments") {
  const Objective f = quadratic({1, 100});
  const std::vector<double> x0{1, 1};
  RandomizedBfgsOptions options;
  SUBCASE("a callback sees every iteration and may cancel") {
    std::int64_t calls = 0;
    options.on_iteration = [&](const NewtonProgress& progress) {
      CHECK(progress.iteration == ++calls);
      CHECK(progress.x.size() == 2);
      return calls < 2;
    };
    options.directions = 1;
    options.conditioned = false;
    const RandomizedBfgsFit fit = minimize_by_randomized_bfgs(f, x0, options);
    CHECK(fit.status == Status::cancelled);
    CHECK(calls == 2);
  }
  SUBCASE("an exception of the objective's goes to the caller") {
    Objective broken = f;
    broken.hessian_times = [](std::span<const double>, MatrixView<const double>, MatrixView<double>) {
      throw std::runtime_error("no product");
    };
    CHECK_THROWS_WITH_AS((void)minimize_by_randomized_bfgs(broken, x0, options), "no product", std::runtime_error);
  }
  SUBCASE("arguments") {
    const std::vector<double> bad{1, std::numeric_limits<double>::quiet_NaN()}, three{1, 1, 1}, negative{1, -1};
    CHECK_THROWS_AS((void)minimize_by_randomized_bfgs(f, bad, options), InvalidOption);
    CHECK_THROWS_AS((void)minimize_by_randomized_bfgs(f, three, options), ShapeError);
    CHECK_THROWS_AS((void)minimize_by_randomized_bfgs(Objective{}, {}, options), InvalidOption);
    options.diagonal = three;
    CHECK_THROWS_AS((void)minimize_by_randomized_bfgs(f, x0, options), ShapeError);
    options.diagonal = negative;
    CHECK_THROWS_WITH_AS((void)minimize_by_randomized_bfgs(f, x0, options),
                         "entry 1 of diagonal is -1.0e+00 but must be positive and finite", InvalidOption);
    options = {};
    options.blocks = 0;
    CHECK_THROWS_WITH_AS((void)minimize_by_randomized_bfgs(f, x0, options), "blocks is 0 but must be at least 1",
                         InvalidOption);
    options = {};
    options.gradient_tolerance = -1;
    CHECK_THROWS_AS((void)minimize_by_randomized_bfgs(f, x0, options), InvalidOption);
  }
}
