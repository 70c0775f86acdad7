// Sketched ridge regression against the moments that are known in closed form for Gaussian sketches.
#include <croquis/solvers/sketched_ridge.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/blas.hpp"
#include "tests/support/lapack_reference.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr std::int64_t m = 200;
constexpr std::int64_t n = 4;
constexpr std::int64_t d = 30;
// So small that the moments are those of ridge -> 0.
constexpr double tiny_ridge = 1e-12;

// Columns orthonormal, so that ||A x|| = ||x||, and ||A x* - b|| = 1.
struct Scene {
  RandomSource random{1};
  Matrix<double> a = random_orthonormal(m, n, random);
  Matrix<double> b = right_hand_side(a, 1.0, random);
  Matrix<double> x = solve_by_qr<double>(a, b);
  double residual = [this] {
    Matrix<double> r = b;
    multiply<double>(-1, a.view(), x.view(), 1, r.view());
    return norm2(m, r.data());
  }();

  Matrix<double> model(RidgeSketch kind, std::int64_t models, std::uint64_t seed) const {
    return sketched_ridge(
        a, b, tiny_ridge,
        {.kind = kind, .family = SketchFamily::gaussian, .sketch_rows = d, .models = models, .seed = seed});
  }
};

double squared_distance(const Matrix<double>& x, const Matrix<double>& y, double factor = 1) {
  double sum = 0;
  for (std::int64_t j = 0; j < n; ++j) sum += (x(j, 0) - factor * y(j, 0)) * (x(j, 0) - factor * y(j, 0));
  return sum;
}

}  // namespace

// The classical error is Gaussian given S A, with a squared length whose mean is known: v = n / (d - n - 1) r^2. Over
// 1000 draws the mean of the squared lengths has a relative deviation below 0.04 (a squared length deviates by some
// 1.2 of its mean), and the mean error itself a length near sqrt(v / 1000). Both are allowed five deviations: together
// a failure for one seed in a million.
TEST_CASE_FIXTURE(Scene, "classical: unbiased, with the variance of the formula; averaging divides it") {
  constexpr int draws = 1000;
  const double v = residual * residual * n / (d - n - 1);
  double single = 0;
  Matrix<double> mean(n, 1);
  for (int draw = 0; draw < draws; ++draw) {
    const Matrix<double> each = model(RidgeSketch::classical, 1, 1000 + static_cast<std::uint64_t>(draw));
    single += squared_distance(each, x) / draws;
    for (std::int64_t j = 0; j < n; ++j) mean(j, 0) += each(j, 0) / draws;
  }
  CHECK(std::abs(single / v - 1) < 0.2);
  CHECK(squared_distance(mean, x) < 25 * v / draws);
  // Averages of 8 from 250 groups of their own: an eighth, within five deviations of some 0.06.
  double averaged = 0;
  for (std::uint64_t group = 0; group < 250; ++group)
    averaged += squared_distance(model(RidgeSketch::classical, 8, 100000 + 8 * group), x) / 250;
  CHECK(std::abs(8 * averaged / v - 1) < 0.3);
}

// The mean of (A^T S^T S A)^-1 is d / (d - n - 1) I, that of an inverse Wishart matrix. The Hessian solution deviates
// from its mean by about sqrt((n + 1) / d) |x|; the mean of 1000 by a thirtieth of that, 0.013 |x|: six of these are
// 0.08, and the bias to be seen is 0.2 |x|.
TEST_CASE_FIXTURE(Scene, "hessian: biased by d / (d - n - 1), with less variance, which averaging divides") {
  constexpr int draws = 1000;
  const double factor = static_cast<double>(d) / (d - n - 1);
  const double size = std::sqrt(squared_distance(x, x, 0));
  Matrix<double> mean(n, 1);
  double spread = 0;
  for (int draw = 0; draw < draws; ++draw) {
    const Matrix<double> each = model(RidgeSketch::hessian, 1, 1000 + static_cast<std::uint64_t>(draw));
    spread += squared_distance(each, x, factor) / draws;
    for (std::int64_t j = 0; j < n; ++j) mean(j, 0) += each(j, 0) / draws;
  }
  CHECK(std::sqrt(squared_distance(mean, x, factor)) < 0.08 * size);
  CHECK(std::sqrt(squared_distance(mean, x)) > 0.1 * size);
  double averaged = 0;
  for (std::uint64_t group = 0; group < 250; ++group)
    averaged += squared_distance(model(RidgeSketch::hessian, 8, 100000 + 8 * group), x, factor) / 250;
  CHECK(std::abs(8 * averaged / spread - 1) < 0.35);
}

TEST_CASE_FIXTURE(Scene, "a sketch that keeps every length gives ridge regression itself") {
  // All rows sampled once: S^T S = I.
  const double ridge = 0.7;
  Matrix<double> augmented(m + n, n);
  Matrix<double> b0(m + n, 1);
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < n; ++j) augmented(i, j) = a(i, j);
    b0(i, 0) = b(i, 0);
  }
  for (std::int64_t j = 0; j < n; ++j) augmented(m + j, j) = std::sqrt(ridge);
  const Matrix<double> expected = solve_by_qr<double>(augmented, b0);
  for (const RidgeSketch kind : {RidgeSketch::classical, RidgeSketch::hessian}) {
    const SketchedRidgeOptions all{.kind = kind, .family = SketchFamily::row_sampling, .sketch_rows = m};
    CHECK(squared_distance(sketched_ridge(a, b, ridge, all), expected) < 1e-26);
    const Matrix<float> single = sketched_ridge(to_float(a), to_float(b), ridge, all);
    for (std::int64_t j = 0; j < n; ++j) CHECK(std::abs(single(j, 0) - expected(j, 0)) < 1e-5);
  }
}

TEST_CASE_FIXTURE(Scene, "models average those of one seed each; defaults; mistakes") {
  const Matrix<double> first = model(RidgeSketch::hessian, 1, 7);
  const Matrix<double> second = model(RidgeSketch::hessian, 1, 8);
  const Matrix<double> both = model(RidgeSketch::hessian, 2, 7);
  for (std::int64_t j = 0; j < n; ++j) CHECK(both(j, 0) == (first(j, 0) + second(j, 0)) / 2);
  // 32 sparse-sign rows for 4 columns distort by about a third.
  CHECK(squared_distance(sketched_ridge(a, b, 1e-6), x) < squared_distance(x, x, 0));
  // A sketch with fewer rows than columns is still a ridge problem.
  CHECK(std::isfinite(sketched_ridge(a, b, 1.0, {.sketch_rows = 2})(0, 0)));
  CHECK_THROWS_AS((void)sketched_ridge(a, b, 0), InvalidOption);
  CHECK_THROWS_AS((void)sketched_ridge(a, b, 1, {.models = 0}), InvalidOption);
  CHECK_THROWS_AS((void)sketched_ridge(a, b, 1, {.sketch_rows = -1}), InvalidOption);
  CHECK_THROWS_AS((void)sketched_ridge(a, x, 1), ShapeError);
}
