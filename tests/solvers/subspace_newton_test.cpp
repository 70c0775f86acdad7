// Newton steps in random subspaces: the rate that theory promises, their sizes, their bits, and what may go wrong.
#include <croquis/solvers/subspace_newton.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "linalg/symmetric_eigen.hpp"
#include "tests/support/random.hpp"
#include "tests/support/rosenbrock_chain.hpp"
#include "tests/support/wrong_functions.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr double roundoff = std::numeric_limits<double>::epsilon() / 2;

double norm(const std::vector<double>& v) { return norm2(static_cast<std::int64_t>(v.size()), v.data()); }

struct Quadratic {
  Matrix<double> h;
  std::int64_t n() const { return h.rows(); }
  double evaluate(std::span<const double> x, std::span<double> g) const {
    double f = 0;
    for (std::int64_t i = 0; i < n(); ++i) {
      double sum = 0;
      for (std::int64_t j = 0; j < n(); ++j) sum += h(i, j) * x[static_cast<std::size_t>(j)];
      g[static_cast<std::size_t>(i)] = sum;
      f += 0.5 * sum * x[static_cast<std::size_t>(i)];
    }
    return f;
  }
  Objective objective() const {
    return {.unknowns = n(),
            .value_and_gradient = [this](auto x, auto g) { return evaluate(x, g); },
            .hessian_times = [this](auto, auto v, auto hv) { multiply<double>(1, h.view(), v, 0, hv); }};
  }
};

// The energy of wells coupled along a ring: convex in no direction at 0, which is stationary.
double ring(std::span<const double> x, std::span<double> g) {
  const std::size_t n = x.size();
  double f = 0;
  for (double& entry : g) entry = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t next = (i + 1) % n;
    const double well = 1 - x[i] * x[i], slope = x[next] - x[i];
    f += well * well / 4 + slope * slope / 2;
    g[i] -= well * x[i] + slope;
    g[next] += slope;
  }
  return f;
}

void ring_hessian(std::span<const double> x, MatrixView<const double> v, MatrixView<double> hv) {
  const std::int64_t n = v.rows;
  for (std::int64_t j = 0; j < v.cols; ++j)
    for (std::int64_t i = 0; i < n; ++i) {
      const double at = x[static_cast<std::size_t>(i)];
      hv(i, j) = (3 * at * at - 1) * v(i, j) + 2 * v(i, j) - v((i + 1) % n, j) - v((i + n - 1) % n, j);
    }
}

SubspaceNewtonOptions pure(SubspaceFamily family, std::int64_t p, std::int64_t iterations, std::uint64_t seed) {
  return {.rule = SubspaceStepRule::line_search,
          .family = family,
          .dimensions = p,
          .most_dimensions = p,
          .rank_margin = 0,
          .krylov = 0,
          .gradient_tolerance = 0,
          .curvature_tolerance = 1,
          .iteration_limit = iterations,
          .seed = seed};
}

}  // namespace

TEST_CASE("RSN on quadratics: the expected fall of a step, and the rate of many, are those of the theory") {
  constexpr std::int64_t n = 12, p = 4, steps = 8;
  constexpr int trials = 2000;
  const double log_of_failure = std::log(2e9);  // 1e-9 for each of the two bounds
  RandomSource random(11);
  const Matrix<double> a = gaussian_matrix(2 * n, n, random);
  Quadratic q{Matrix<double>(n, n)};
  multiply<double>(1, a.view().transposed(), a.view(), 0, q.h.view());
  const SymmetricEigen eigen = symmetric_eigen(q.h);
  std::vector<double> x0(n), g(n);
  for (double& entry : x0) entry = random.normal();
  const double f0 = q.evaluate(x0, g);

  // E = the mean of H^1/2 S (S^T H S)^-1 S^T H^1/2 over the n blocks, each as likely; and the falls that they make.
  Matrix<double> root(n, n), mean(n, n);
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t k = 0; k < n; ++k)
        root(i, j) += eigen.vectors(i, k) * std::sqrt(eigen.values[static_cast<std::size_t>(k)]) * eigen.vectors(j, k);
  std::vector<double> left;  // f1 / f0 of each block
  for (std::int64_t start = 0; start < n; ++start) {
    Matrix<double> block(p, p), rows(p, n);
    std::vector<double> sg(p);
    for (std::int64_t j = 0; j < p; ++j) {
      for (std::int64_t i = 0; i < p; ++i) block(i, j) = q.h((start + i) % n, (start + j) % n);
      for (std::int64_t i = 0; i < n; ++i) rows(j, i) = root((start + j) % n, i);
      sg[static_cast<std::size_t>(j)] = g[static_cast<std::size_t>((start + j) % n)];
    }
    REQUIRE(cholesky<double>(block));
    solve_triangular<double>(Side::left, Transpose::yes, block.view(), rows.view());
    multiply<double>(1.0 / n, rows.view().transposed(), rows.view(), 1, mean.view());
    solve_triangular<double>(Side::left, Transpose::yes, block.view(), column_major(sg.data(), p, 1));
    left.push_back(1 - 0.5 * norm(sg) * norm(sg) / f0);
  }
  const double rho = symmetric_eigen(mean).values.front();
  CHECK(rho > 0.02);
  double expected = 0, variance = 0;
  for (const double part : left) expected += part / n;
  for (const double part : left) variance += (part - expected) * (part - expected) / n;

  double one = 0, many = 0;
  for (int seed = 0; seed < trials; ++seed) {
    const SubspaceNewtonFit fit = minimize_in_subspaces(
        q.objective(), x0, pure(SubspaceFamily::block_coordinates, p, steps, static_cast<std::uint64_t>(seed)));
    REQUIRE(fit.iterations == steps);
    one += fit.history.front().value / f0 / trials;
    many += fit.value / f0 / trials;
  }
  // Bernstein's inequality for parts in [0, 1], then Hoeffding's.
  const double share = log_of_failure / trials;
  CHECK(std::abs(one - expected) <= share / 3 + std::sqrt(share * share / 9 + 2 * share * variance));
  CHECK(many <= std::pow(1 - rho, steps) + std::sqrt(share / 2));
  CHECK(std::pow(1 - rho, steps) < 0.9);
}

TEST_CASE("all unknowns at once: Newton's method, with every rule and from every kind of curvature") {
  std::vector<double> x0(20);
  for (std::size_t i = 0; i < x0.size(); ++i) x0[i] = i % 2 == 0 ? 1.2 : 0.8;
  for (const SubspaceStepRule rule :
       {SubspaceStepRule::line_search, SubspaceStepRule::quadratic, SubspaceStepRule::cubic}) {
    CAPTURE(to_string(rule));
    const SubspaceNewtonFit fit = minimize_in_subspaces({.unknowns = 20, .value_and_gradient = rosenbrock_chain}, x0,
                                                        {.rule = rule, .dimensions = 100, .gradient_tolerance = 1e-11});
    CHECK_MESSAGE(fit.solved(), fit.message);
    CHECK(fit.second_order_stationary);
    CHECK(fit.dimensions == 20);
    for (const double entry : fit.x) CHECK(std::abs(entry - 1) < 1e-7);
    CHECK(fit.history.size() == static_cast<std::size_t>(fit.iterations));
    CHECK(iteration_table(fit).find(fit.message) != std::string::npos);
  }
  const SubspaceNewtonFit one = minimize_in_subspaces({.unknowns = 1,
                                                       .value_and_gradient =
                                                           [](std::span<const double> x, std::span<double> g) {
                                                             g[0] = x[0] * x[0] * x[0] - x[0];
                                                             return x[0] * x[0] * (x[0] * x[0] / 4 - 0.5);
                                                           }},
                                                      std::vector<double>{0});
  CHECK_MESSAGE(one.solved(), one.message);
  CHECK(one.escapes == 1);
  CHECK(std::abs(std::abs(one.x[0]) - 1) < 1e-6);
  CHECK(one.smallest_curvature == doctest::Approx(2).epsilon(1e-5));
  const SubspaceNewtonFit none = minimize_in_subspaces({.unknowns = 0, .value_and_gradient = rosenbrock_chain}, {});
  CHECK(none.solved());
}

TEST_CASE("subspaces grow to the rank of the Hessian, and no further") {
  // A function of six combinations of sixty unknowns.
  constexpr std::int64_t n = 600, rank = 6;
  RandomSource random(6);
  const Matrix<double> a = gaussian_matrix(n, rank, random);
  const auto f = [&](std::span<const double> x, std::span<double> g) {
    double value = 0;
    for (double& entry : g) entry = 0;
    for (std::int64_t k = 0; k < rank; ++k) {
      double t = -1;
      for (std::int64_t i = 0; i < n; ++i) t += a(i, k) * x[static_cast<std::size_t>(i)] / n;
      value += t * t / 2 + t * t * t * t / 4;
      for (std::int64_t i = 0; i < n; ++i) g[static_cast<std::size_t>(i)] += (t + t * t * t) * a(i, k) / n;
    }
    return value;
  };
  const SubspaceNewtonFit fit =
      minimize_in_subspaces({.unknowns = n, .value_and_gradient = f}, std::vector<double>(n),
                            {.dimensions = 2, .most_dimensions = 50, .krylov = 0, .curvature_tolerance = 1e-2});
  CHECK_MESSAGE(fit.solved(), fit.message);
  CHECK(fit.dimensions == rank + 1);
  CHECK(fit.history.back().rank == rank);
  CHECK(fit.value < 1e-9);
}

TEST_CASE("a large saddle point is left, with the same bits for any number of threads") {
  constexpr std::int64_t n = 20000;
  const Objective f{.unknowns = n, .value_and_gradient = ring, .hessian_times = ring_hessian};
  const std::vector<double> x0(n);
  SubspaceNewtonFit fits[3];
  for (int threads = 1; threads <= 3; ++threads)
    run_with_threads(threads,
                     [&] { fits[threads - 1] = minimize_in_subspaces(f, x0, {.iteration_limit = 6, .seed = 4}); });
  CHECK(fits[0].escapes == 1);
  CHECK(fits[0].initial_gradient_norm == 0);
  // That of x0, which is not the curvature at x.
  CHECK(std::isnan(fits[0].smallest_curvature));
  CHECK(fits[0].value < 0.2 * fits[0].initial_value);
  CHECK(fits[1].x == fits[0].x);
  CHECK(fits[2].x == fits[0].x);
  CHECK(fits[1].gradient_norm == fits[0].gradient_norm);
  const SubspaceNewtonFit other = minimize_in_subspaces(f, x0, {.iteration_limit = 6, .seed = 5});
  CHECK(other.x != fits[0].x);
}

TEST_CASE("parts of the gradient do where they are given, and whole ones are few") {
  constexpr std::int64_t n = 200;
  std::int64_t whole = 0, parts = 0;
  Objective f{.unknowns = n};
  f.value = [](std::span<const double> x) {
    std::vector<double> g(x.size());
    return ring(x, g);
  };
  f.gradient = [&](std::span<const double> x, std::span<double> g) {
    ++whole;
    ring(x, g);
  };
  f.hessian_times = ring_hessian;
  f.gradient_on_subspace = [&](std::span<const double> x, MatrixView<const double> s, std::span<double> sg) {
    ++parts;
    std::vector<double> g(x.size());
    ring(x, g);
    multiply<double>(1, s.transposed(), column_major(static_cast<const double*>(g.data()), n, 1), 0,
                     column_major(sg.data(), s.cols, 1));
  };
  RandomSource random(2);
  std::vector<double> x0(n);
  for (double& entry : x0) entry = 1 + 0.1 * random.normal();
  for (const SubspaceFamily family : {SubspaceFamily::gaussian, SubspaceFamily::hashing, SubspaceFamily::coordinates,
                                      SubspaceFamily::block_coordinates}) {
    CAPTURE(to_string(family));
    whole = parts = 0;
    const SubspaceNewtonFit fit = minimize_in_subspaces(
        f, x0, {.family = family, .dimensions = 20, .most_dimensions = 20, .krylov = 0, .iteration_limit = 3000});
    CHECK_MESSAGE(fit.solved(), fit.message);
    CHECK(parts == fit.iterations);
    CHECK(whole == fit.gradients);
    CHECK(whole <= parts / 10 + 3);
    std::vector<double> g(n);
    ring(fit.x, g);
    CHECK(norm(g) == fit.gradient_norm);
    CHECK(fit.gradient_norm <= 1e-6 * fit.largest_gradient_norm);
  }
}

TEST_CASE("a parameter that lets steps promise nothing is not taken for convergence") {
  const auto offset_quadratic = [](std::span<const double> x, std::span<double> g) {
    double value = 1;
    for (std::size_t i = 0; i < x.size(); ++i) {
      g[i] = x[i] - 1;
      value += g[i] * g[i] / 2;
    }
    return value;
  };
  const Objective smooth{.unknowns = 8, .value_and_gradient = offset_quadratic};
  const std::vector<double> x0(8, 3.0);
  for (const SubspaceStepRule rule : {SubspaceStepRule::quadratic, SubspaceStepRule::cubic}) {
    const double initial = rule == SubspaceStepRule::cubic ? 1e30 : 1e-15;
    const SubspaceNewtonFit fit = minimize_in_subspaces(smooth, x0, {.rule = rule, .initial_parameter = initial});
    CHECK_MESSAGE(fit.solved(), fit.message);
    CHECK(fit.gradient_norm <= 1e-6 * fit.initial_gradient_norm);
  }
  // Not smooth: steps shrink until nothing is left of them, and the gradient does not.
  const Objective edges{.unknowns = 8, .value_and_gradient = [](auto x, auto g) {
                          double value = 1;
                          for (std::size_t i = 0; i < x.size(); ++i) {
                            value += std::abs(x[i]);
                            g[i] = x[i] > 0 ? 1 : -1;
                          }
                          return value;
                        }};
  const std::vector<double> start{0.3, -1.2, 2.1, 0.7, -0.4, 1.9, -2.6, 0.1};
  for (const SubspaceStepRule rule :
       {SubspaceStepRule::line_search, SubspaceStepRule::quadratic, SubspaceStepRule::cubic})
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const SubspaceNewtonFit fit =
          minimize_in_subspaces(edges, start, {.rule = rule, .dimensions = 4, .iteration_limit = 300, .seed = seed});
      CHECK_FALSE(fit.solved());
    }
}

TEST_CASE("gradients and Hessians on subspaces, of either layout, and steps from nothing else") {
  constexpr std::int64_t n = 60, p = 7;
  Objective f{.unknowns = n, .value_and_gradient = ring, .hessian_times = ring_hessian};
  Objective by_parts = f;
  std::int64_t gradients = 0, hessians = 0;
  by_parts.hessian_times = nullptr;
  by_parts.gradient_on_subspace = [&](std::span<const double> x, MatrixView<const double> s, std::span<double> sg) {
    CHECK(s.layout == Layout::column_major);
    ++gradients;
    const std::vector<double> result = gradient_on_subspace(f, x, s);
    std::copy(result.begin(), result.end(), sg.begin());
  };
  by_parts.hessian_on_subspace = [&](std::span<const double> x, MatrixView<const double> s, MatrixView<double> shs) {
    CHECK(s.layout == Layout::column_major);
    ++hessians;
    const Matrix<double> result = hessian_on_subspace(f, x, s);
    for (std::int64_t j = 0; j < s.cols; ++j)
      for (std::int64_t i = 0; i < s.cols; ++i) shs(i, j) = result(i, j);
  };
  RandomSource random(4);
  std::vector<double> x(n), g(n);
  for (double& entry : x) entry = random.normal();
  ring(x, g);
  const Matrix<double> s = gaussian_matrix(n, p, random);
  Matrix<double> by_rows(n, p, Layout::row_major);
  std::vector<double> exact(p);
  for (std::int64_t j = 0; j < p; ++j)
    for (std::int64_t i = 0; i < n; ++i) {
      by_rows(i, j) = s(i, j);
      exact[static_cast<std::size_t>(j)] += s(i, j) * g[static_cast<std::size_t>(i)];
    }
  for (const Objective* const objective : {&f, &by_parts}) {
    for (const Matrix<double>* const directions : {&s, static_cast<const Matrix<double>*>(&by_rows)}) {
      const std::vector<double> sg = gradient_on_subspace(*objective, x, directions->view());
      // No column is longer than 20.
      for (std::size_t j = 0; j < p; ++j) CHECK(std::abs(sg[j] - exact[j]) <= n * roundoff * norm(g) * 20);
    }
  }
  CHECK(hessian_on_subspace(by_parts, x, by_rows.view())(1, 2) == hessian_on_subspace(f, x, s.view())(1, 2));

  gradients = hessians = 0;
  const SubspaceNewtonFit fit = minimize_in_subspaces(
      by_parts, x, {.dimensions = 12, .most_dimensions = 30, .curvature_tolerance = 1, .iteration_limit = 2000});
  CHECK_MESSAGE(fit.solved(), fit.message);
  // The gradient joins, so it is whole.
  CHECK(gradients == 0);
  CHECK(hessians == fit.iterations);
  CHECK_THROWS_AS((void)gradient_on_subspace(f, x, by_rows.view().block(0, 0, n - 1, p)), ShapeError);
}

TEST_CASE("what goes wrong is a status, and mistakes are exceptions") {
  Objective f{.unknowns = 4, .value_and_gradient = rosenbrock_chain};
  const std::vector<double> x0{-1.2, 1, -1.2, 1};
  CHECK(minimize_in_subspaces(f, x0, {.iteration_limit = 2}).status == Status::iteration_limit);
  const SubspaceNewtonFit budget = minimize_in_subspaces(f, x0, {.product_limit = 20});
  CHECK(budget.status == Status::evaluation_limit);
  CHECK(budget.products == 20);
  std::int64_t calls = 0;
  const SubspaceNewtonFit cancelled =
      minimize_in_subspaces(f, x0, {.on_iteration = [&](const SubspaceNewtonProgress& p) {
                              CHECK(p.iteration == ++calls);
                              CHECK(p.x.size() == 4);
                              return calls < 3;
                            }});
  CHECK(cancelled.status == Status::cancelled);
  CHECK(calls == 3);

  Objective uphill = f;
  uphill.value_and_gradient = square_with_wrong_gradient;
  uphill.hessian_times = [](auto, auto v, auto hv) {
    for (std::int64_t j = 0; j < v.cols; ++j)
      for (std::int64_t i = 0; i < v.rows; ++i) hv(i, j) = v(i, j);
  };
  for (const SubspaceStepRule rule :
       {SubspaceStepRule::line_search, SubspaceStepRule::quadratic, SubspaceStepRule::cubic}) {
    const SubspaceNewtonFit stalled = minimize_in_subspaces(uphill, x0, {.rule = rule});
    CHECK(stalled.status == Status::stalled);
    CHECK(stalled.x == x0);
    CHECK_FALSE(stalled.second_order_stationary);
  }

  // f ends where x_0 = 0.5: steps across are refused, and the minimiser within found.
  Objective walled = f;
  walled.value_and_gradient = [](std::span<const double> x, std::span<double> g) {
    const double value = rosenbrock_chain(x, g);
    const double room = 0.5 - x[0];
    g[0] += 1e-3 / room;
    return room > 0 ? value - 1e-3 * std::log(room) : std::numeric_limits<double>::quiet_NaN();
  };
  const SubspaceNewtonFit inside = minimize_in_subspaces(walled, x0, {.gradient_tolerance = 1e-8});
  CHECK_MESSAGE(inside.solved(), inside.message);
  CHECK(inside.x[0] < 0.5);

  Objective broken = f;
  broken.value_and_gradient = never_a_number;
  CHECK(minimize_in_subspaces(broken, x0).status == Status::non_finite_input);
  broken.value_and_gradient = [&](std::span<const double> x, std::span<double> g) {
    const double value = rosenbrock_chain(x, g);
    return std::equal(x.begin(), x.end(), x0.begin()) ? value : std::numeric_limits<double>::infinity();
  };
  broken.hessian_times = uphill.hessian_times;
  const SubspaceNewtonFit alone = minimize_in_subspaces(broken, x0);
  CHECK(alone.status == Status::non_finite_input);
  CHECK(alone.x == x0);
  broken = f;
  broken.hessian_times = [](auto, auto v, auto hv) {
    for (std::int64_t j = 0; j < v.cols; ++j)
      for (std::int64_t i = 0; i < v.rows; ++i) hv(i, j) = std::nan("");
  };
  CHECK(minimize_in_subspaces(broken, x0).status == Status::non_finite_input);
  broken.hessian_times = [](auto, auto, auto) { throw std::runtime_error("no product"); };
  CHECK_THROWS_WITH_AS((void)minimize_in_subspaces(broken, x0), "no product", std::runtime_error);

  CHECK_THROWS_AS((void)minimize_in_subspaces({.unknowns = 4}, x0), InvalidOption);
  CHECK_THROWS_AS((void)minimize_in_subspaces(f, std::vector<double>(3)), ShapeError);
  CHECK_THROWS_AS((void)minimize_in_subspaces(f, std::vector<double>(4, std::nan(""))), InvalidOption);
  using Doc = doctest::Contains;
  const auto with = [&](const SubspaceNewtonOptions& options) { (void)minimize_in_subspaces(f, x0, options); };
  CHECK_THROWS_WITH_AS(with({.nonzeros = 0}), Doc("nonzeros"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.dimensions = -1}), Doc("dimensions"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.most_dimensions = -1}), Doc("most_dimensions"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.rank_margin = -2}), Doc("rank_margin"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.krylov = -2}), Doc("krylov"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.recall = -2}), Doc("recall"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.gradient_tolerance = 1}), Doc("gradient_tolerance"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.curvature_tolerance = 0}), Doc("curvature_tolerance"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.iteration_limit = -1}), Doc("iteration_limit"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.product_limit = -1}), Doc("product_limit"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.initial_parameter = std::nan("")}), Doc("initial_parameter"), InvalidOption);
}
