#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <croquis/errors.hpp>
#include <croquis/sketch/distortion.hpp>

#include "linalg/blas.hpp"
#include "tests/sketch/sketch_support.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr std::int64_t m = 2048;
constexpr std::int64_t n = 12;

struct Subspace {
  const char* name;
  Matrix<double> a;
};

// From incoherent to as coherent as can be.
std::vector<Subspace> subspaces() {
  Matrix<double> identity(m, n);
  for (std::int64_t j = 0; j < n; ++j) identity(j, j) = 1;
  Matrix<double> huge_row = random_matrix<double>(m, n, Layout::column_major, 2);
  for (std::int64_t j = 0; j < n; ++j) huge_row(m / 3, j) *= 1e8;
  Matrix<double> scattered(m, n);
  for (std::int64_t j = 0; j < n; ++j) scattered(j * 170 + 5, j) = 1;
  return {{"random", random_matrix<double>(m, n, Layout::column_major, 1)},
          {"identity over zeros", identity},
          {"one huge row", huge_row},
          {"scattered coordinates", scattered}};
}

}  // namespace

TEST_CASE("the recommended number of rows keeps the promised distortion on coherent and incoherent subspaces") {
  // Each sketch fails with probability at most 1e-3, so of 100 more than 3 fail with probability under
  // C(100, 4) 1e-12 < 4e-6.
  for (const Subspace& subspace : subspaces()) {
    CAPTURE(subspace.name);
    for (const SketchFamily family :
         {SketchFamily::gaussian, SketchFamily::rademacher, SketchFamily::uniform, SketchFamily::sparse_sign,
          SketchFamily::srht, SketchFamily::srtt, SketchFamily::hashed_rht}) {
      if (family == SketchFamily::srtt && !has_trigonometric_transforms()) continue;
      CAPTURE(to_string(family));
      const std::int64_t d = recommended_rows(family, n, m, 0.5, 1e-3);
      REQUIRE(d < m);
      int failures = 0;
      for (std::uint64_t seed = 0; seed < 100; ++seed)
        failures += measure_distortion(make_sketch(family, d, m, seed), subspace.a).distortion <= 0.5 ? 0 : 1;
      CHECK(failures <= 3);
    }
  }
}

TEST_CASE("the recommended CountSketch keeps its promise") {
  // Failure probability 0.2 each: of 40, more than 24 fail with probability under 1e-7 (binomial tail).
  const std::int64_t d = recommended_rows(SketchFamily::count_sketch, n, m, 0.5, 0.2);
  for (const Subspace& subspace : subspaces()) {
    CAPTURE(subspace.name);
    int failures = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed)
      failures +=
          measure_distortion(CountSketch{.rows = d, .cols = m, .seed = seed}, subspace.a).distortion <= 0.5 ? 0 : 1;
    CHECK(failures <= 24);
  }
}

TEST_CASE("the distortion of a Gaussian sketch is what random matrix theory says") {
  // The extreme singular values of a d x n Gaussian matrix over sqrt(d) are within sqrt(n / d) + t of 1, except with
  // probability 2 exp(-d t^2 / 2), here 1e-9; and in the mean they come close to the edges 1 +- sqrt(n / d): the mean
  // over 30 seeds is within 0.1 of them for these sizes (edge fluctuations are of order n^(-2/3)).
  const std::int64_t d = 400;
  const std::int64_t k = 64;
  const Matrix<double> a = random_matrix<double>(1000, k, Layout::column_major, 3);
  const double edge = std::sqrt(static_cast<double>(k) / d);
  const double t = std::sqrt(2 * std::log(30 * 2 / 1e-9) / d);
  double smallest = 0;
  double largest = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const Distortion found = measure_distortion(Gaussian{.rows = d, .cols = 1000, .seed = seed}, a);
    CHECK(found.largest < 1 + edge + t);
    CHECK(found.smallest > 1 - edge - t);
    CHECK(found.distortion == std::max(1 - found.smallest, found.largest - 1));
    CHECK(found.preconditioned_condition() == found.largest / found.smallest);
    smallest += found.smallest / 30;
    largest += found.largest / 30;
  }
  CHECK(std::abs(largest - (1 + edge)) < 0.1);
  CHECK(std::abs(smallest - (1 - edge)) < 0.1);
}

TEST_CASE("a full transform keeps all lengths") {
  const Matrix<double> a = random_matrix<double>(64, 5, Layout::column_major, 4);
  CHECK(measure_distortion(Srht{.rows = 64, .cols = 64, .seed = 1}, a).distortion < 1e-14);
  if (has_trigonometric_transforms())
    CHECK(measure_distortion(Srtt{.rows = 64, .cols = 64, .seed = 1}, a).distortion < 1e-14);
}

TEST_CASE("the distortion depends on the range alone: not on scaling, mixing or dependent columns") {
  const Gaussian s{.rows = 40, .cols = 200, .seed = 8};
  const Matrix<double> a = random_matrix<double>(200, 6, Layout::column_major, 5);
  const Distortion expected = measure_distortion(s, a);
  Matrix<double> changed(200, 9);
  for (std::int64_t i = 0; i < 200; ++i) {
    for (std::int64_t j = 0; j < 6; ++j) changed(i, j) = a(i, j) * std::pow(10.0, 50.0 * static_cast<double>(j) - 130);
    changed(i, 6) = a(i, 0) + a(i, 1);
    changed(i, 7) = 0;
    changed(i, 8) = 3 * a(i, 4) - a(i, 2);
  }
  const Distortion found = measure_distortion(s, changed);
  CHECK(found.smallest == doctest::Approx(expected.smallest).epsilon(1e-12));
  CHECK(found.largest == doctest::Approx(expected.largest).epsilon(1e-12));
}

TEST_CASE("fewer rows than dimensions lose a direction; nothing and non-finite values are told apart") {
  const Matrix<double> a = random_matrix<double>(50, 6, Layout::column_major, 6);
  const Distortion lost = measure_distortion(Gaussian{.rows = 4, .cols = 50, .seed = 1}, a);
  CHECK(lost.smallest == 0);
  CHECK(lost.distortion >= 1);
  const Distortion nothing = measure_distortion(Gaussian{.rows = 4, .cols = 50, .seed = 1}, Matrix<double>(50, 3));
  CHECK(nothing.distortion == 0);
  Matrix<double> bad = a;
  bad(3, 3) = std::numeric_limits<double>::infinity();
  CHECK(std::isnan(measure_distortion(Gaussian{.rows = 8, .cols = 50, .seed = 1}, bad).distortion));
  CHECK_THROWS_AS(measure_distortion(Gaussian{.rows = 4, .cols = 5}, Matrix<double>(5, 6)), ShapeError);
  CHECK_THROWS_AS(measure_distortion(Gaussian{.rows = 4, .cols = 7}, Matrix<double>(5, 2)), ShapeError);
}

TEST_CASE("recommended rows: formulas, limits and mistakes") {
  // ((sqrt(100) + sqrt(2 log 2000)) / 0.5)^2 = 772.4...
  CHECK(recommended_rows(SketchFamily::gaussian, 100, 1 << 20) == 773);
  CHECK(recommended_rows(SketchFamily::count_sketch, 10, 1 << 20, 0.5, 0.1) == 1956);  // 110 / (0.75^2 0.1)
  CHECK(recommended_rows(SketchFamily::srht, 100, 600) == 1024);
  CHECK(recommended_rows(SketchFamily::srtt, 100, 600) == 600);
  for (const SketchFamily family :
       {SketchFamily::gaussian, SketchFamily::rademacher, SketchFamily::uniform, SketchFamily::sparse_sign,
        SketchFamily::count_sketch, SketchFamily::srht, SketchFamily::srtt, SketchFamily::hashed_rht}) {
    std::int64_t last = 0;
    for (const double distortion : {0.9, 0.5, 0.25, 0.1, 0.01}) {
      const std::int64_t rows = recommended_rows(family, 50, std::int64_t{1} << 40, distortion);
      CHECK(rows > last);
      last = rows;
    }
    CHECK(recommended_rows(family, 1, 1) >= 1);
    CHECK_THROWS_AS(recommended_rows(family, 0, 10), InvalidOption);
    CHECK_THROWS_AS(recommended_rows(family, 11, 10), InvalidOption);
    CHECK_THROWS_AS(recommended_rows(family, 1, 10, 0.0), InvalidOption);
    CHECK_THROWS_AS(recommended_rows(family, 1, 10, 1.0), InvalidOption);
    CHECK_THROWS_AS(recommended_rows(family, 1, 10, std::numeric_limits<double>::quiet_NaN()), InvalidOption);
    CHECK_THROWS_AS(recommended_rows(family, 1, 10, 0.5, 0.0), InvalidOption);
    CHECK_THROWS_AS(recommended_rows(family, 1, 10, 0.5, 1.0), InvalidOption);
  }
}
