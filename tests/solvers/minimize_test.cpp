// Newton's method on functions of the user's, with every kind of curvature that they may give.
#include <croquis/solvers/minimize.hpp>
#include <croquis/solvers/sum_objective.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/parallel.hpp"
#include "tests/support/random.hpp"
#include "tests/support/rosenbrock_chain.hpp"
#include "tests/support/wrong_functions.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

void chain_hessian_times(std::span<const double> x, MatrixView<const double> v, MatrixView<double> hv) {
  for (std::int64_t j = 0; j < v.cols; ++j) {
    for (std::int64_t i = 0; i < v.rows; ++i) hv(i, j) = 0;
    for (std::int64_t i = 0; i + 1 < v.rows; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const double own = 1200 * x[at] * x[at] - 400 * x[at + 1] + 2, cross = -400 * x[at];
      hv(i, j) += own * v(i, j) + cross * v(i + 1, j);
      hv(i + 1, j) += cross * v(i, j) + 200 * v(i + 1, j);
    }
  }
}

// sum_i d_i (A x - b)_i^2 / 2 + mu / 2 ||x||^2 by its root.
struct Quadratic {
  Matrix<double> a;
  std::vector<double> d, b;
  double mu = 1e-3;

  Quadratic(std::int64_t m, std::int64_t n) {
    RandomSource random(2);
    a = gaussian_matrix(m, n, random);
    for (std::int64_t j = 0; j < n; ++j)
      for (std::int64_t i = 0; i < m; ++i)
        a(i, j) *= std::pow(10.0, -4.0 * static_cast<double>(j) / static_cast<double>(n));
    for (std::int64_t i = 0; i < m; ++i) {
      d.push_back(0.1 + random.uniform());
      b.push_back(random.normal());
    }
  }
  double evaluate(std::span<const double> x, std::span<double> g) const {
    double f = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
      f += mu / 2 * x[j] * x[j];
      g[j] = mu * x[j];
    }
    for (std::int64_t i = 0; i < a.rows(); ++i) {
      double r = -b[static_cast<std::size_t>(i)];
      for (std::int64_t j = 0; j < a.cols(); ++j) r += a(i, j) * x[static_cast<std::size_t>(j)];
      f += d[static_cast<std::size_t>(i)] * r * r / 2;
      for (std::int64_t j = 0; j < a.cols(); ++j)
        g[static_cast<std::size_t>(j)] += d[static_cast<std::size_t>(i)] * r * a(i, j);
    }
    return f;
  }
  Objective objective() const {
    return {.unknowns = a.cols(),
            .value_and_gradient = [this](auto x, auto g) { return evaluate(x, g); },
            .hessian_root =
                [this](auto) {
                  return HessianRoot{a, d, mu};
                }};
  }
};

}  // namespace

TEST_CASE("a chain of valleys, with Hessian products and with differences instead") {
  for (const bool given : {true, false}) {
    Objective f{.unknowns = 20, .value_and_gradient = rosenbrock_chain};
    if (given) f.hessian_times = chain_hessian_times;
    std::vector<double> x0(20);
    for (std::size_t i = 0; i < x0.size(); ++i) x0[i] = i % 2 == 0 ? -1.2 : 1;
    const NewtonFit fit = minimize(f, x0, {.gradient_tolerance = 1e-12});
    CHECK_MESSAGE(fit.solved(), fit.message);
    // Newton's last step squares the error; the Hessian's smallest eigenvalue is about 0.4 there.
    for (const double entry : fit.x) CHECK(std::abs(entry - 1) < 1e-8);
    CHECK(std::isnan(fit.error_estimate));
    CHECK(fit.history.size() == static_cast<std::size_t>(fit.iterations));
    CHECK(iteration_table(fit).find(fit.message) != std::string::npos);
  }
}

TEST_CASE("the root of a Hessian: one Newton step by every preconditioner") {
  const Quadratic q(400, 30);
  for (const auto preconditioner :
       {NewtonPreconditioner::automatic, NewtonPreconditioner::gram, NewtonPreconditioner::sketch}) {
    CAPTURE(to_string(preconditioner));
    const std::vector<double> x0(30, 1.0);
    const NewtonFit fit = minimize(q.objective(), x0, {.preconditioner = preconditioner});
    CHECK_MESSAGE(fit.solved(), fit.message);
    // Steps of 0.1, then of 0.1^1.5 / 2, ... of the error, and no condition number in it.
    CHECK(fit.iterations <= 7);
    CHECK(fit.products <= 60);
    std::vector<double> g(30);
    CHECK(q.evaluate(fit.x, g) == doctest::Approx(fit.value).epsilon(1e-14));
    CHECK(fit.error_estimate <= 1e-12 * (std::abs(fit.value) + std::abs(fit.initial_value)));
  }
}

TEST_CASE("products and subspaces from a root, from products, and from differences are the same") {
  const Quadratic q(50, 6);
  const std::vector<double> x(6, 0.5);
  RandomSource random(9);
  const Matrix<double> s = gaussian_matrix(6, 3, random);
  Objective f = q.objective();
  const Matrix<double> by_root = hessian_on_subspace(f, x, s.view());
  f.hessian_root = nullptr;
  const Matrix<double> by_differences = hessian_on_subspace(f, x, s.view());
  f.hessian_on_subspace = [&](auto, auto, MatrixView<double> shs) {
    for (std::int64_t j = 0; j < 3; ++j)
      for (std::int64_t i = 0; i < 3; ++i) shs(i, j) = by_root(i, j);
  };
  const Matrix<double> given = hessian_on_subspace(f, x, s.view());
  for (std::int64_t j = 0; j < 3; ++j)
    for (std::int64_t i = 0; i < 3; ++i) {
      double exact = 0;
      for (std::int64_t l = 0; l < 50; ++l) {
        double left = 0, right = 0;
        for (std::int64_t k = 0; k < 6; ++k) {
          left += q.a(l, k) * s(k, i);
          right += q.a(l, k) * s(k, j);
        }
        exact += q.d[static_cast<std::size_t>(l)] * left * right;
      }
      for (std::int64_t k = 0; k < 6; ++k) exact += q.mu * s(k, i) * s(k, j);
      CHECK(std::abs(by_root(i, j) - exact) < 1e-12 * (1 + std::abs(exact)));
      // The gradient is linear: differences lose only the digits that the step of 6e-6 costs.
      CHECK(std::abs(by_differences(i, j) - exact) < 1e-8 * (1 + std::abs(exact)));
      CHECK(given(i, j) == by_root(i, j));
    }
}

TEST_CASE("sums over data: terms in parallel are the sum in a row, the same bits for any number of threads") {
  // Mean of (exp(a_i^T x) - b_i a_i^T x) with a ridge: Poisson regression.
  const std::int64_t m = 1000, n = 7;
  RandomSource random(12);
  const Matrix<double> a = gaussian_matrix(n, m, random);
  std::vector<double> b;
  for (std::int64_t i = 0; i < m; ++i) b.push_back(std::floor(3 * random.uniform()));
  const auto predictor = [&](std::int64_t i, auto x) {
    double z = 0;
    for (std::int64_t j = 0; j < n; ++j) z += a(j, i) * x[static_cast<std::size_t>(j)];
    return z;
  };
  SumOfTerms sum{.unknowns = n, .terms = m, .scale = 1.0 / m, .ridge = 1e-3};
  sum.value_and_gradient = [&](std::int64_t first, std::int64_t end, auto x, auto g) {
    double value = 0;
    for (std::int64_t i = first; i < end; ++i) {
      const double z = predictor(i, x), y = b[static_cast<std::size_t>(i)];
      value += std::exp(z) - y * z;
      for (std::int64_t j = 0; j < n; ++j) g[static_cast<std::size_t>(j)] += (std::exp(z) - y) * a(j, i);
    }
    return value;
  };
  sum.hessian_times = [&](std::int64_t first, std::int64_t end, auto x, auto v, auto hv) {
    for (std::int64_t i = first; i < end; ++i)
      for (std::int64_t k = 0; k < v.cols; ++k) {
        const double factor = std::exp(predictor(i, x)) * predictor(i, v.data + k * v.leading_dimension);
        for (std::int64_t j = 0; j < n; ++j) hv(j, k) += factor * a(j, i);
      }
  };
  std::vector<double> x0(static_cast<std::size_t>(n), 0.1), g(x0.size()), in_a_row(x0.size());
  double value = sum.value_and_gradient(0, m, x0, in_a_row) / m;
  for (std::size_t j = 0; j < x0.size(); ++j) {
    in_a_row[j] = in_a_row[j] / m + 1e-3 * x0[j];
    value += 1e-3 / 2 * x0[j] * x0[j];
  }
  const Objective f = sum_objective(sum);
  // Another order of adding a thousand numbers of order one, over a thousand.
  CHECK(evaluate(f, x0, g) == doctest::Approx(value).epsilon(1e-13));
  for (std::size_t j = 0; j < g.size(); ++j) CHECK(std::abs(g[j] - in_a_row[j]) < 1e-13);

  SumOfTerms gradients_only = sum;
  gradients_only.hessian_times = nullptr;
  const NewtonFit by_differences = minimize(sum_objective(gradients_only), x0);
  CHECK_MESSAGE(by_differences.solved(), by_differences.message);
  std::vector<double> first;
  for (const int threads : {1, 2, 5}) {
    run_with_threads(threads, [&] {
      const NewtonFit fit = minimize(f, x0);
      CHECK_MESSAGE(fit.solved(), fit.message);
      if (first.empty()) first = fit.x;
      CHECK(fit.x == first);
    });
  }
  // Both gradients below 1e-8 of the first, over a Hessian of order one.
  for (std::size_t j = 0; j < first.size(); ++j) CHECK(std::abs(by_differences.x[j] - first[j]) < 1e-6);

  CHECK_THROWS_AS(sum_objective({.unknowns = n, .terms = m}), InvalidOption);
  sum.terms = -1;
  CHECK_THROWS_AS(sum_objective(sum), InvalidOption);
  sum.terms = m;
  sum.scale = std::nan("");
  CHECK_THROWS_AS(sum_objective(sum), InvalidOption);
  sum.scale = 1;
  sum.value_and_gradient = [](std::int64_t, std::int64_t, auto, auto) -> double { throw std::runtime_error("mine"); };
  CHECK_THROWS_WITH(evaluate(sum_objective(sum), x0, g), "mine");
  sum.terms = 0;
  CHECK(evaluate(sum_objective(sum), x0, g) == doctest::Approx(1e-3 / 2 * 7 * 0.01));
}

TEST_CASE("value and gradient may come apart") {
  const Objective f{.unknowns = 2,
                    .value = [](auto x) { return std::cosh(x[0] - 1) + x[1] * x[1]; },
                    .gradient =
                        [](auto x, auto g) {
                          g[0] = std::sinh(x[0] - 1);
                          g[1] = 2 * x[1];
                        }};
  const NewtonFit fit = minimize(f, std::vector<double>{3, -2});
  CHECK_MESSAGE(fit.solved(), fit.message);
  CHECK(std::abs(fit.x[0] - 1) < 1e-7);
  CHECK(std::abs(fit.x[1]) < 1e-7);
}

TEST_CASE("negative curvature leads downhill") {
  // Two wells at x = +-1 and a hill between, from beside its top.
  const Objective f{.unknowns = 2, .value_and_gradient = [](std::span<const double> x, std::span<double> g) {
                      g[0] = x[0] * x[0] * x[0] - x[0];
                      g[1] = x[1];
                      return x[0] * x[0] * x[0] * x[0] / 4 - x[0] * x[0] / 2 + x[1] * x[1] / 2;
                    }};
  const std::vector<double> x0{0.01, 0.5};
  const NewtonFit fit = minimize(f, x0, {.gradient_tolerance = 1e-10});
  CHECK_MESSAGE(fit.solved(), fit.message);
  CHECK(std::abs(fit.x[0] - 1) < 1e-8);
  CHECK(fit.value == doctest::Approx(-0.25));
}

TEST_CASE("what goes wrong is a status, and mistakes are exceptions") {
  Objective f{.unknowns = 4, .value_and_gradient = rosenbrock_chain};
  const std::vector<double> x0{-1.2, 1, -1.2, 1};
  CHECK(minimize(f, x0, {.iteration_limit = 2}).status == Status::iteration_limit);
  std::int64_t calls = 0;
  const NewtonFit cancelled = minimize(f, x0, {.on_iteration = [&](const NewtonProgress& p) {
                                         CHECK(p.iteration == ++calls);
                                         CHECK(p.x.size() == 4);
                                         return calls < 3;
                                       }});
  CHECK(cancelled.status == Status::cancelled);
  CHECK(calls == 3);
  Objective uphill = f;
  uphill.value_and_gradient = square_with_wrong_gradient;
  CHECK(minimize(uphill, x0).status == Status::stalled);
  Objective broken = f;
  broken.value_and_gradient = never_a_number;
  CHECK(minimize(broken, x0).status == Status::non_finite_input);
  CHECK_THROWS_AS(minimize({.unknowns = 4}, x0), InvalidOption);
  CHECK_THROWS_AS(minimize(f, std::vector<double>(3)), ShapeError);
  CHECK_THROWS_AS(minimize(f, std::vector<double>(4, std::nan(""))), InvalidOption);
  CHECK_THROWS_AS(minimize(f, x0, {.gradient_tolerance = 2}), InvalidOption);
  Objective bad_root = f;
  bad_root.hessian_root = [&](auto) { return HessianRoot{column_major(x0.data(), 2, 2), {1, 1}, 0}; };
  CHECK_THROWS_AS(minimize(bad_root, x0), ShapeError);
}
