// Newton steps in random subspaces: their equations, the rate that theory promises, and what may go wrong.
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
#include "solvers/subspace_newton/least_curvature.hpp"
#include "solvers/subspace_newton/secular_equation.hpp"
#include "solvers/subspace_newton/subspace_model.hpp"
#include "tests/support/random.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr double roundoff = std::numeric_limits<double>::epsilon() / 2;

double norm(const std::vector<double>& v) { return norm2(static_cast<std::int64_t>(v.size()), v.data()); }

double model_value(const std::vector<double>& l, const std::vector<double>& c, const std::vector<double>& z) {
  double value = 0;
  for (std::size_t i = 0; i < z.size(); ++i) value += z[i] * (c[i] + l[i] * z[i] / 2);
  return value;
}

// (diag(l) + mu) z = -c with mu >= max(0, -l_1), to rounding errors of what is added.
void check_stationary(const std::vector<double>& l, const std::vector<double>& c, const SecularStep& step) {
  CHECK(step.mu >= std::max(0.0, -l[0]));
  CHECK(step.norm == doctest::Approx(norm(step.z)).epsilon(1e-14));
  for (std::size_t i = 0; i < l.size(); ++i)
    CHECK(std::abs(l[i] * step.z[i] + step.mu * step.z[i] + c[i]) <=
          8 * roundoff * ((std::abs(l[i]) + step.mu) * std::abs(step.z[i]) + std::abs(c[i])));
  CHECK(step.predicted >= 0);
  CHECK(step.predicted == doctest::Approx(-model_value(l, c, step.z)).epsilon(1e-9));
}

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

// A chain of valleys with the curvature of its coordinates: what a user gives who has it by parts.
double chain(std::span<const double> x, std::span<double> g) {
  double f = 0;
  for (double& entry : g) entry = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double bend = x[i + 1] - x[i] * x[i], rest = 1 - x[i];
    f += 100 * bend * bend + rest * rest;
    g[i] += -400 * x[i] * bend - 2 * rest;
    g[i + 1] += 200 * bend;
  }
  return f;
}

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

TEST_CASE("the secular equation, beside all steps of one and of two dimensions") {
  RandomSource random(3);
  for (int trial = 0; trial < 40; ++trial) {
    const double scale = std::pow(10.0, 6 * random.uniform() - 3);
    std::vector<double> l{scale * random.normal(), scale * random.normal()}, c{random.normal(), random.normal()};
    std::sort(l.begin(), l.end());
    if (trial % 4 == 0) c[0] = 0;  // hard where l_1 < 0 and the step is long
    const double radius = std::abs(random.normal()) + 0.01, sigma = scale * (random.uniform() + 0.01);
    const SecularStep inside = within_radius(l, c, radius), cubic = with_cubic(l, c, sigma);
    check_stationary(l, c, inside);
    check_stationary(l, c, cubic);
    CHECK(inside.norm <= radius * (1 + 8 * roundoff));
    if (inside.mu > 0) CHECK(inside.norm == doctest::Approx(radius).epsilon(1e-14));
    CHECK(cubic.mu == doctest::Approx(sigma * cubic.norm).epsilon(1e-14));
    double best_inside = 0, best_cubic = 0;
    for (int k = 0; k < 60; ++k)
      for (int r = 0; r <= 60; ++r) {
        const double angle = k * 0.10471975511965977;
        const auto at = [&](double length) {
          return model_value(l, c, {length * std::cos(angle), length * std::sin(angle)});
        };
        best_inside = std::min(best_inside, at(radius * r / 60));
        const double length = 2 * cubic.norm * r / 60;
        best_cubic = std::min(best_cubic, at(length) + sigma / 3 * length * length * length);
      }
    const double tolerance = 1e-12 * (inside.predicted + cubic.predicted);
    CHECK(model_value(l, c, inside.z) <= best_inside + tolerance);
    CHECK(model_value(l, c, cubic.z) + sigma / 3 * std::pow(cubic.norm, 3) <= best_cubic + tolerance);

    const std::vector<double> l1{l[0]}, c1{c[1]};
    const SecularStep one = with_cubic(l1, c1, sigma);
    // l z + c - sigma z^2 = 0 for z < 0, c > 0.
    const double size = (-l1[0] + std::sqrt(l1[0] * l1[0] + 4 * sigma * std::abs(c1[0]))) / (2 * sigma);
    CHECK(std::abs(one.z[0]) == doctest::Approx(size).epsilon(1e-9));
    CHECK(one.z[0] * c1[0] <= 0);
  }
}

TEST_CASE("hard and nearly hard cases") {
  const std::vector<double> l{-1, 2, 3};
  for (const double small : {0.0, 1e-300, 1e-30, 1e-12}) {
    CAPTURE(small);
    const std::vector<double> c{small, 1, -2};
    for (const SecularStep& step : {within_radius(l, c, 5), with_cubic(l, c, 0.1)}) {
      check_stationary(l, c, step);
      CHECK(step.mu == doctest::Approx(1).epsilon(1e-11));
      // The others are fixed by mu = 1, the first makes up the length: 5 or mu / sigma = 10.
      CHECK(step.z[1] == doctest::Approx(-1.0 / 3));
      CHECK(step.z[2] == doctest::Approx(0.5));
      CHECK(std::abs(step.z[0]) ==
            doctest::Approx(std::sqrt(step.norm * step.norm - step.z[1] * step.z[1] - step.z[2] * step.z[2])));
    }
  }
  CHECK(with_cubic(l, std::vector<double>(3), 0.5).norm == doctest::Approx(2));  // a saddle point: -l_1 / sigma
  CHECK(with_cubic(std::vector<double>{1, 2}, std::vector<double>(2), 0.5).norm == 0);
}

TEST_CASE("a model in a subspace does not depend on its basis") {
  RandomSource random(5);
  const std::int64_t n = 9, p = 4;
  Matrix<double> h = gaussian_matrix(n, n, random);
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i < j; ++i) h(i, j) = h(j, i);
  const std::vector<double> g{1, 2, 3, 4, 5, 6, 7, 8, 9};
  const Matrix<double> s = gaussian_matrix(n, p, random);
  const auto model_of = [&](const Matrix<double>& basis) {
    Matrix<double> hs(n, basis.cols()), gram(basis.cols(), basis.cols()), shs = gram;
    std::vector<double> sg(static_cast<std::size_t>(basis.cols()));
    multiply<double>(1, h.view(), basis.view(), 0, hs.view());
    multiply<double>(1, basis.view().transposed(), basis.view(), 0, gram.view());
    multiply<double>(1, basis.view().transposed(), hs.view(), 0, shs.view());
    multiply<double>(1, basis.view().transposed(), column_major(g.data(), n, 1), 0,
                     column_major(sg.data(), basis.cols(), 1));
    return subspace_model(gram, shs, sg);
  };
  // The same space: columns of other lengths, one of them nearly another, and one of zeros.
  Matrix<double> other(n, p + 2);
  for (std::int64_t i = 0; i < n; ++i) {
    other(i, 0) = 1e5 * s(i, 0);
    other(i, 1) = s(i, 1) + s(i, 0);
    other(i, 2) = s(i, 2);
    other(i, 3) = s(i, 2) + 1e-2 * s(i, 3);
    other(i, 5) = s(i, 1) - s(i, 2);
  }
  const SubspaceModel one = model_of(s), two = model_of(other);
  REQUIRE(one.curvature.size() == static_cast<std::size_t>(p));
  REQUIRE(two.curvature.size() == static_cast<std::size_t>(p));
  CHECK(one.rank() == p);
  for (std::size_t i = 0; i < one.curvature.size(); ++i) {
    // 1e-2 squared is what the Gram matrix loses of the digits of `other`, and some more for its other angles.
    CHECK(std::abs(one.curvature[i] - two.curvature[i]) < 1e-9 * norm(one.curvature));
    CHECK(std::abs(std::abs(one.slope[i]) - std::abs(two.slope[i])) < 1e-9 * norm(one.slope));
  }
}

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
    const SubspaceNewtonFit fit = minimize_in_subspaces({.unknowns = 20, .value_and_gradient = chain}, x0,
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
  const SubspaceNewtonFit none = minimize_in_subspaces({.unknowns = 0, .value_and_gradient = chain}, {});
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
  constexpr std::int64_t n = 2000;
  const Objective f{.unknowns = n, .value_and_gradient = ring, .hessian_times = ring_hessian};
  const std::vector<double> x0(n);
  SubspaceNewtonFit fits[3];
  for (int threads = 1; threads <= 3; ++threads)
    run_with_threads(threads,
                     [&] { fits[threads - 1] = minimize_in_subspaces(f, x0, {.iteration_limit = 8, .seed = 4}); });
  CHECK(fits[0].escapes == 1);
  CHECK(fits[0].initial_gradient_norm == 0);
  CHECK(fits[0].value < 0.2 * fits[0].initial_value);
  CHECK(fits[1].x == fits[0].x);
  CHECK(fits[2].x == fits[0].x);
  CHECK(fits[1].gradient_norm == fits[0].gradient_norm);
  const SubspaceNewtonFit other = minimize_in_subspaces(f, x0, {.iteration_limit = 8, .seed = 5});
  CHECK(other.x != fits[0].x);
}

TEST_CASE("the smallest curvature, by all of a Hessian and by Lanczos' iteration") {
  for (const std::int64_t n : {40, 800}) {
    for (const double smallest : {-0.5, 0.01}) {
      CAPTURE(n);
      CAPTURE(smallest);
      const auto value = [&](std::int64_t i) {
        return i == n / 2 ? smallest : 0.1 + static_cast<double>(i) / static_cast<double>(n);
      };
      Objective f{.unknowns = n,
                  .value_and_gradient = [](auto, auto) { return 0.0; },
                  .hessian_times =
                      [&](auto, MatrixView<const double> v, MatrixView<double> hv) {
                        for (std::int64_t j = 0; j < v.cols; ++j)
                          for (std::int64_t i = 0; i < n; ++i) hv(i, j) = value(i) * v(i, j);
                      }};
      const std::vector<double> x(static_cast<std::size_t>(n));
      const LeastCurvature found = least_curvature(f, x, 1e-2, 9);
      CHECK(found.finite);
      CHECK(found.negative == (smallest < 0));
      CHECK(found.smallest >= smallest - 1e-12);
      CHECK(found.smallest - found.error <= smallest + 1e-12);
      CHECK(found.largest <= value(n - 1) * (1 + 1e-12));
      if (smallest > 0) {
        CHECK(found.largest >= 0.99 * value(n - 1));
        CHECK(found.error <= 0.75e-2 * found.largest);
        continue;
      }
      double rayleigh = 0;
      for (std::int64_t i = 0; i < n; ++i) {
        const double entry = found.direction[static_cast<std::size_t>(i)];
        rayleigh += value(i) * entry * entry;
      }
      CHECK(norm(found.direction) == doctest::Approx(1));
      CHECK(rayleigh == doctest::Approx(found.smallest).epsilon(1e-8));
    }
  }
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

TEST_CASE("what goes wrong is a status, and mistakes are exceptions") {
  Objective f{.unknowns = 4, .value_and_gradient = chain};
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
  uphill.value_and_gradient = [](std::span<const double> x, std::span<double> g) {
    double value = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      value += x[i] * x[i];
      g[i] = -2 * x[i];
    }
    return value;
  };
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
    const double value = chain(x, g);
    const double room = 0.5 - x[0];
    g[0] += 1e-3 / room;
    return room > 0 ? value - 1e-3 * std::log(room) : std::numeric_limits<double>::quiet_NaN();
  };
  const SubspaceNewtonFit inside = minimize_in_subspaces(walled, x0, {.gradient_tolerance = 1e-8});
  CHECK_MESSAGE(inside.solved(), inside.message);
  CHECK(inside.x[0] < 0.5);

  Objective broken = f;
  broken.value_and_gradient = [](auto, auto g) {
    for (double& entry : g) entry = 1;
    return std::numeric_limits<double>::quiet_NaN();
  };
  CHECK(minimize_in_subspaces(broken, x0).status == Status::non_finite_input);
  broken.value_and_gradient = [&](std::span<const double> x, std::span<double> g) {
    const double value = chain(x, g);
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
  CHECK_THROWS_WITH_AS(with({.rank_margin = -1}), Doc("rank_margin"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.krylov = -2}), Doc("krylov"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.recall = -2}), Doc("recall"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.gradient_tolerance = 1}), Doc("gradient_tolerance"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.curvature_tolerance = 0}), Doc("curvature_tolerance"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.iteration_limit = -1}), Doc("iteration_limit"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.product_limit = -1}), Doc("product_limit"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.initial_parameter = std::nan("")}), Doc("initial_parameter"), InvalidOption);
}
