// What Newton steps in random subspaces are made of: the secular equation, models in a subspace, the smallest
// curvature.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "linalg/blas.hpp"
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
