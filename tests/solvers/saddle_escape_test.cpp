// Ten functions that are not convex, from their saddle points and from beside them, by subspaces smaller than the
// space.
#include <croquis/solvers/subspace_newton.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/symmetric_eigen.hpp"
#include "tests/support/nonconvex_functions.hpp"
#include "tests/support/random.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr std::uint64_t seeds = 20;
constexpr double curvature_tolerance = 1e-6;
constexpr SubspaceFamily families[] = {SubspaceFamily::gaussian, SubspaceFamily::hashing, SubspaceFamily::coordinates,
                                       SubspaceFamily::block_coordinates};

double norm(const std::vector<double>& v) { return norm2(static_cast<std::int64_t>(v.size()), v.data()); }

std::vector<double> gradient_at(const Objective& f, const std::vector<double>& x) {
  std::vector<double> g(x.size());
  evaluate(f, x, g);
  return g;
}

// The eigenvalues of the Hessian, from differences of the gradient that are none of the library's.
std::vector<double> curvatures(const Objective& f, std::vector<double> x) {
  const auto n = static_cast<std::int64_t>(x.size());
  Matrix<double> h(n, n);
  constexpr double t = 1e-5;
  for (std::int64_t j = 0; j < n; ++j) {
    const double at = x[static_cast<std::size_t>(j)];
    x[static_cast<std::size_t>(j)] = at + t;
    const std::vector<double> ahead = gradient_at(f, x);
    x[static_cast<std::size_t>(j)] = at - t;
    const std::vector<double> behind = gradient_at(f, x);
    x[static_cast<std::size_t>(j)] = at;
    for (std::int64_t i = 0; i < n; ++i)
      h(i, j) = (ahead[static_cast<std::size_t>(i)] - behind[static_cast<std::size_t>(i)]) / (2 * t);
  }
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i < j; ++i) h(i, j) = 0.5 * (h(i, j) + h(j, i));
  return symmetric_eigen(std::move(h)).values;
}

}  // namespace

TEST_CASE("the points are saddles, and the gradients are those of the values") {
  for (const NonconvexFunction& f : nonconvex_functions()) {
    CAPTURE(f.name);
    CHECK(norm(gradient_at(f.objective, f.saddle)) <= f.tolerance);
    const std::vector<double> values = curvatures(f.objective, f.saddle);
    CHECK(values.front() < -1e-4 * std::abs(values.back()));
    RandomSource random(1);
    std::vector<double> x(f.saddle.size()), g(x.size()), unused(x.size());
    for (double& entry : x) entry = 2 * random.uniform() - 1;
    evaluate(f.objective, x, g);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double at = x[i];
      x[i] = at + 1e-5;
      const double ahead = evaluate(f.objective, x, unused);
      x[i] = at - 1e-5;
      const double behind = evaluate(f.objective, x, unused);
      x[i] = at;
      // Third derivatives of some thousands, times the square of the step.
      CHECK(std::abs((ahead - behind) / 2e-5 - g[i]) < 1e-6 * (1 + std::abs(g[i])));
    }
  }
}

TEST_CASE("subspaces escape saddle points, and report second-order stationarity") {
  for (const SubspaceStepRule rule :
       {SubspaceStepRule::cubic, SubspaceStepRule::quadratic, SubspaceStepRule::line_search}) {
    for (const NonconvexFunction& f : nonconvex_functions()) {
      const std::vector<double> at_saddle = curvatures(f.objective, f.saddle);
      std::vector<double> g(f.saddle.size());
      const double saddle_value = evaluate(f.objective, f.saddle, g);
      // The rules that are not the default, for a few seeds.
      for (std::uint64_t seed = 0; seed < (rule == SubspaceStepRule::cubic ? seeds : 2); ++seed) {
        CAPTURE(to_string(rule));
        CAPTURE(f.name);
        CAPTURE(seed);
        // Exactly there, or beside.
        std::vector<double> x0 = f.saddle;
        RandomSource random(seed);
        if (seed % 2 == 1)
          for (double& entry : x0) entry += 1e-3 * random.normal();
        const SubspaceNewtonFit fit =
            minimize_in_subspaces(f.objective, x0,
                                  {.rule = rule,
                                   .family = families[seed % 4],
                                   .dimensions = std::max<std::int64_t>(1, f.objective.unknowns / 3),
                                   .krylov = seed % 5 == 0 ? 0 : -1,
                                   .gradient_tolerance = 1e-8,
                                   .curvature_tolerance = curvature_tolerance,
                                   .iteration_limit = 3000,
                                   .seed = seed});
        CHECK_MESSAGE(fit.solved(), fit.message);
        CHECK(fit.second_order_stationary);
        // What was the least to gain: a third of what the quadratic model promises within a hundredth.
        CHECK(fit.value < saddle_value - 1e-4 * std::abs(at_saddle.front()) / 6);
        // What the report says, by the other differences: of gradients to some 1e-11 of the largest curvature.
        CHECK(norm(gradient_at(f.objective, fit.x)) == doctest::Approx(fit.gradient_norm));
        CHECK(fit.gradient_norm <= 1e-8 * fit.largest_gradient_norm);
        const std::vector<double> values = curvatures(f.objective, fit.x);
        const double largest = std::max(std::abs(values.front()), std::abs(values.back()));
        CHECK(values.front() >= -2 * curvature_tolerance * largest);
        CHECK(std::abs(values.front() - fit.smallest_curvature) < 1e-6 * largest);
      }
    }
  }
}
