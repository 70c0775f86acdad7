// The profile of a matrix's sketches, on matrices whose profile is known.
#include <croquis/solvers/sketch_profile.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <croquis/errors.hpp>
#include <croquis/linalg/sparse.hpp>

#include "linalg/parallel.hpp"
#include "tests/support/random.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// One family and the ratios; no solves, which take the time.
SketchProfileOptions of(SketchFamily family, std::vector<double> ratios) {
  return {.families = {family}, .ratios = std::move(ratios), .seeds = 5, .solves = 0};
}

Matrix<double> normal_matrix(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  RandomSource random(seed);
  return gaussian_matrix(rows, cols, random);
}

bool same_numbers(const SketchProfile& x, const SketchProfile& y) {
  const auto same = [](const SketchSizeProfile& p, const SketchSizeProfile& q) {
    const auto equal = [](const Quantiles& u, const Quantiles& v) {
      return u.low == v.low && u.median == v.median && u.high == v.high;
    };
    return p.sketch == q.sketch && equal(p.distortion, q.distortion) && equal(p.condition, q.condition) &&
           p.passes == q.passes && p.status == q.status && p.predicted_passes == q.predicted_passes;
  };
  return x.rank == y.rank && std::equal(x.sizes.begin(), x.sizes.end(), y.sizes.begin(), y.sizes.end(), same);
}

}  // namespace

TEST_CASE("a transform that keeps all its rows has distortion 0 and condition 1") {
  // d = 8 n = m = 64, the order of the transforms: every draw is an orthogonal matrix.
  RandomSource random(1);
  const Matrix<double> a = random_orthonormal(64, 8, random);
  for (const SketchFamily family : {SketchFamily::srht, SketchFamily::srtt}) {
    if (family == SketchFamily::srtt && !has_trigonometric_transforms()) continue;
    const SketchProfile profile = profile_sketches(a, of(family, {8}));
    REQUIRE(profile.sizes.size() == 1);
    const SketchSizeProfile& size = profile.sizes[0];
    // A hundred roundoffs for a transform of order 64 and the eigenvalues.
    CHECK(size.distortion.high < 1e-14);
    CHECK(size.condition.high < 1 + 2e-14);
    CHECK(size.typical.distortion == 0);
    CHECK(profile.recommendation.smallest == std::vector<std::size_t>{0});
  }
}

TEST_CASE("the Gaussian draws lie around the theory") {
  // The extreme singular values are within t of 1 +- sqrt(n / d) except with probability 2 exp(-d t^2 / 2) (Davidson
  // and Szarek), which at 20 seeds and four sizes is 1e-9 in all for the t below, on the outer side; on the inner side
  // the edges fluctuate by n^(-2/3) / 2 of the ratio: 0.1 is three times that at n = 50.
  const std::int64_t n = 50;
  SketchProfileOptions options = of(SketchFamily::gaussian, {2, 4, 8, 16});
  options.seeds = 20;
  const SketchProfile profile = profile_sketches(normal_matrix(1000, n, 2), options);
  REQUIRE(profile.sizes.size() == 4);
  for (const SketchSizeProfile& size : profile.sizes) {
    CAPTURE(size.ratio);
    const double theory = 1 / std::sqrt(size.ratio);
    const double t = std::sqrt(2 * std::log(2 * 80 / 1e-9) / static_cast<double>(size.sketch.rows()));
    CHECK(size.typical.distortion == doctest::Approx(theory));
    CHECK(size.distortion.high < theory + t);
    CHECK(size.distortion.low > theory - 0.1);
    CHECK(size.distortion.low < size.distortion.median);
    CHECK(size.distortion.median < size.distortion.high);
    CHECK(size.condition.median < (1 + theory + t) / (1 - theory - t) + (theory + t > 1 ? 1e300 : 0));
  }
}

TEST_CASE("sampled rows follow the theory of sampled orthogonal matrices, below that of independent entries") {
  // 1024 rows, 100 columns, 512 sampled: the law of random projections says 0.252 where independent entries have
  // 0.442. The edges fluctuate by n^(-2/3), 0.05; twice that is allowed.
  const Matrix<double> a = normal_matrix(1024, 100, 3);
  const SketchProfile profile = profile_sketches(a, of(SketchFamily::srht, {5.12}));
  REQUIRE(profile.sizes.size() == 1);
  const double alpha = 100.0 / 1024;
  const double beta = 0.5;
  const double expected =
      std::max(1 - (std::sqrt(beta * (1 - alpha)) - std::sqrt(alpha * (1 - beta))) / std::sqrt(beta),
               (std::sqrt(beta * (1 - alpha)) + std::sqrt(alpha * (1 - beta))) / std::sqrt(beta) - 1);
  CHECK(profile.sizes[0].typical.distortion == doctest::Approx(expected));
  CHECK(std::abs(profile.sizes[0].distortion.median - expected) < 0.1);
  CHECK(profile.sizes[0].distortion.median < std::sqrt(100.0 / 512) - 0.05);
}

TEST_CASE("the profile measures what measure_distortion does") {
  const Matrix<double> a = normal_matrix(300, 12, 4);
  for (const SketchFamily family : {SketchFamily::sparse_sign, SketchFamily::count_sketch, SketchFamily::srht}) {
    SketchProfileOptions options = of(family, {4});
    options.seeds = 3;
    options.seed = 40;
    const SketchProfile profile = profile_sketches(a, options);
    std::vector<double> alone;
    for (const std::uint64_t seed : {40, 41, 42})
      alone.push_back(measure_distortion(make_sketch(family, 48, 300, seed), a).distortion);
    std::sort(alone.begin(), alone.end());
    REQUIRE(profile.sizes.size() == 1);
    CHECK(profile.sizes[0].sketch == make_sketch(family, 48, 300, 40));
    CHECK(profile.sizes[0].distortion.median == alone[1]);
    CHECK(profile.sizes[0].distortion.low == doctest::Approx(0.9 * alone[0] + 0.1 * alone[1]));
    CHECK(profile.sizes[0].distortion.high == doctest::Approx(0.1 * alone[1] + 0.9 * alone[2]));
  }
}

TEST_CASE("every family is tried at the usual sizes, as far as they fit") {
  const Matrix<double> a = normal_matrix(200, 25, 5);
  const SketchProfile profile = profile_sketches(a, {.seeds = 1, .solves = 0});
  CHECK(profile.complete());
  for (const SketchFamily family : all_sketch_families()) {
    CAPTURE(to_string(family));
    if (family == SketchFamily::rademacher || family == SketchFamily::uniform) continue;
    std::vector<std::int64_t> rows;
    for (const SketchSizeProfile& size : profile.sizes)
      if (size.sketch.family() == family) rows.push_back(size.sketch.rows());
    CHECK(rows == std::vector<std::int64_t>{38, 50, 75, 100, 150, 200});  // not 300 and 400, which is taller than A
  }
  for (const SketchSizeProfile& size : profile.sizes) {
    CHECK(size.ratio == static_cast<double>(size.sketch.rows()) / 25);
    CHECK(size.sketch.family() != SketchFamily::rademacher);  // the Gaussian's figures
    CHECK_FALSE(size.status.has_value());
    CHECK(std::isnan(size.measured.total));
    CHECK(size.predicted.total > 0);
  }
}

TEST_CASE("solves are timed, predicted and checked, with the right-hand side given or made") {
  const Matrix<double> a = normal_matrix(2000, 20, 6);
  const Matrix<double> b = normal_matrix(2000, 2, 7);
  for (const bool given : {false, true}) {
    SketchProfileOptions options = of(SketchFamily::sparse_sign, {4, 8});
    options.solves = 1;
    const SketchProfile profile = given ? profile_sketches(a, b, options) : profile_sketches(a, options);
    REQUIRE(profile.sizes.size() == 2);
    for (const SketchSizeProfile& size : profile.sizes) {
      CHECK(size.status == Status::converged);
      CHECK(size.measured.total > 0);
      CHECK(size.measured.sketch > 0);
      // Rough, but not by a factor: the passes are a matter of the spectrum, which is known.
      CHECK(size.predicted_passes > 0.5 * static_cast<double>(size.passes));
      CHECK(size.predicted_passes < 2 * static_cast<double>(size.passes));
    }
    CHECK(profile.sizes[0].passes > profile.sizes[1].passes);
    REQUIRE(profile.recommendation.fastest.has_value());
    REQUIRE(profile.recommendation.fastest_measured.has_value());
    CHECK(profile.recommendation.measured_ratio >= 1);
    CHECK(profile.direct_seconds > 0);
    CHECK(profile.pass_seconds > 0);
  }
}

TEST_CASE("a sketch that costs more than the direct method is not timed") {
  SketchProfileOptions options = of(SketchFamily::gaussian, {2, 100});
  options.solves = 1;
  const SketchProfile profile = profile_sketches(normal_matrix(5000, 40, 8), options);
  REQUIRE(profile.sizes.size() == 2);
  CHECK(profile.sizes[0].status.has_value());
  CHECK_FALSE(profile.sizes[1].status.has_value());
  CHECK(std::isnan(profile.sizes[1].measured.sketch));
  CHECK(profile.sizes[1].distortion.median > 0);
  CHECK(profile.sizes[1].predicted.total > profile.sizes[0].predicted.total);
}

TEST_CASE("the same seed gives the same numbers on 1, 2 and 3 threads; another seed does not") {
  const Matrix<double> a = normal_matrix(1500, 40, 9);
  const auto profile_on = [&](int threads, std::uint64_t seed) {
    SketchProfile profile;
    run_with_threads(threads, [&] {
      profile = profile_sketches(a, {.families = {SketchFamily::gaussian, SketchFamily::sparse_sign, SketchFamily::srht,
                                                  SketchFamily::hashed_rht},
                                     .ratios = {2, 6},
                                     .seeds = 10,
                                     .seed = seed,
                                     .solves = 1});
    });
    return profile;
  };
  const SketchProfile one = profile_on(1, 3);
  CHECK(same_numbers(one, profile_on(1, 3)));
  CHECK(same_numbers(one, profile_on(2, 3)));
  CHECK(same_numbers(one, profile_on(3, 3)));
  CHECK_FALSE(same_numbers(one, profile_on(1, 4)));
}

TEST_CASE("storage does not matter: row-major, CSR and CSC give the profile of the dense matrix") {
  Matrix<double> a = normal_matrix(120, 6, 10);
  for (std::int64_t i = 0; i < 120; ++i) a(i, i % 6) = 0;
  std::vector<Triplet<double>> entries;
  Matrix<double> by_rows(120, 6, Layout::row_major);
  for (std::int64_t i = 0; i < 120; ++i) {
    for (std::int64_t j = 0; j < 6; ++j) {
      by_rows(i, j) = a(i, j);
      if (a(i, j) != 0) entries.push_back({i, j, a(i, j)});
    }
  }
  const auto csr = SparseMatrix<double>::from_triplets(120, 6, entries);
  std::vector<Triplet<double>> swapped;
  for (const Triplet<double>& entry : entries) swapped.push_back({entry.col, entry.row, entry.value});
  const auto transpose = SparseMatrix<double>::from_triplets(6, 120, swapped);
  const SketchProfileOptions options = of(SketchFamily::sparse_sign, {4});
  const SketchProfile expected = profile_sketches(a, options);
  CHECK(same_numbers(expected, profile_sketches(by_rows, options)));
  CHECK(same_numbers(expected, profile_sketches(csr, options)));
  CHECK(same_numbers(expected, profile_sketches(transposed(transpose.view()), options)));
}

TEST_CASE("a rank-deficient matrix is profiled on its range, and said to be one") {
  Matrix<double> a = normal_matrix(400, 20, 11);
  for (std::int64_t i = 0; i < 400; ++i) {
    a(i, 5) = a(i, 0) - a(i, 1);
    a(i, 7) = 0;
  }
  SketchProfileOptions options = of(SketchFamily::gaussian, {4});
  options.solves = 1;
  const SketchProfile profile = profile_sketches(a, options);
  CHECK(profile.status == Status::rank_deficient);
  CHECK(profile.complete());
  CHECK(profile.rank == 18);
  REQUIRE(profile.sizes.size() == 1);
  CHECK(profile.sizes[0].typical.distortion == doctest::Approx(std::sqrt(18.0 / 80)));
  CHECK(profile.sizes[0].status == Status::rank_deficient);
}

TEST_CASE("a direction that the sketch loses is an infinite condition, not a large one") {
  // Coordinate vectors, twice as many rows: with probability over 1 - exp(-19 * 20 / 80) two columns of each of the
  // CountSketches meet, 0.99; that a majority of 11 do not is out of the question.
  Matrix<double> a(200, 20);
  for (std::int64_t j = 0; j < 20; ++j) a(10 * j, j) = 1;
  SketchProfileOptions options = of(SketchFamily::count_sketch, {2});
  options.seeds = 11;
  const SketchProfile profile = profile_sketches(a, options);
  REQUIRE(profile.sizes.size() == 1);
  CHECK(profile.sizes[0].condition.median == std::numeric_limits<double>::infinity());
  CHECK(profile.sizes[0].distortion.median == 1);
  CHECK(profile.sizes[0].predicted.total > profile.direct_seconds);
  CHECK(profile.recommendation.smallest.empty());
}

TEST_CASE("zero, empty, non-finite and extreme matrices have a status and no sizes") {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const SketchProfile zero = profile_sketches(Matrix<double>(30, 3));
  CHECK(zero.status == Status::rank_deficient);
  CHECK(zero.rank == 0);
  CHECK(zero.sizes.empty());
  const SketchProfile empty = profile_sketches(Matrix<double>(30, 0));
  CHECK(empty.status == Status::converged);
  CHECK(empty.sizes.empty());
  // No entry is looked at, however many rows there are.
  CHECK(profile_sketches(row_major<const double>(nullptr, std::int64_t{1} << 50, 0)).status == Status::converged);
  for (const double bad : {inf, -inf, nan}) {
    Matrix<double> a = normal_matrix(30, 3, 12);
    const Matrix<double> good = a;
    a(7, 1) = bad;
    CHECK(profile_sketches(a).status == Status::non_finite_input);
    CHECK(profile_sketches(a).sizes.empty());
    Matrix<double> b(30, 1);
    b(3, 0) = bad;
    CHECK(profile_sketches(good, b).status == Status::non_finite_input);
  }
  Matrix<double> huge = normal_matrix(30, 3, 13);
  for (double& entry : huge.entries()) entry *= 1e307;
  const SketchProfile out_of_range = profile_sketches(huge);
  CHECK(out_of_range.status == Status::accuracy_not_reached);
  CHECK_FALSE(out_of_range.complete());
  CHECK(out_of_range.sizes.empty());
}

TEST_CASE("tiny matrices: one column, square, one entry") {
  const SketchProfileOptions options{.ratios = {1, 4}, .seeds = 2, .solves = 1};
  const SketchProfile column = profile_sketches(normal_matrix(50, 1, 14), options);
  CHECK(column.complete());
  CHECK_FALSE(column.sizes.empty());
  const SketchProfile square = profile_sketches(normal_matrix(5, 5, 15), options);
  CHECK(square.complete());
  CHECK_FALSE(square.sizes.empty());
  Matrix<double> entry(1, 1);
  entry(0, 0) = -3;
  CHECK(profile_sketches(entry, options).complete());
}

TEST_CASE("cancelling stops and says so; the steps count up to all of them") {
  const Matrix<double> a = normal_matrix(100, 5, 16);
  SketchProfileOptions options = of(SketchFamily::sparse_sign, {2, 4, 8});
  options.solves = 2;
  std::vector<std::int64_t> steps;
  std::int64_t total = 0;
  options.on_step = [&](const SketchProfileProgress& progress) {
    steps.push_back(progress.done);
    total = progress.total;
    return true;
  };
  CHECK(profile_sketches(a, options).complete());
  std::vector<std::int64_t> expected(9);
  std::iota(expected.begin(), expected.end(), 0);
  CHECK(steps == expected);
  CHECK(total == 9);
  options.on_step = [](const SketchProfileProgress& progress) { return progress.done < 4; };
  const SketchProfile cancelled = profile_sketches(a, options);
  CHECK(cancelled.status == Status::cancelled);
  CHECK_FALSE(cancelled.complete());
}

TEST_CASE("mistakes are refused by name") {
  const Matrix<double> a = normal_matrix(30, 3, 17);
  CHECK_THROWS_WITH_AS((void)profile_sketches(Matrix<double>(3, 4)), "A is 3 x 4: a profile needs rows >= columns",
                       ShapeError);
  CHECK_THROWS_AS((void)profile_sketches(a, Matrix<double>(29, 1)), ShapeError);
  CHECK_THROWS_AS((void)profile_sketches(a, {.ratios = {0.5}}), InvalidOption);
  CHECK_THROWS_AS((void)profile_sketches(a, {.ratios = {std::nan("")}}), InvalidOption);
  CHECK_THROWS_AS((void)profile_sketches(a, {.seeds = 0}), InvalidOption);
  CHECK_THROWS_AS((void)profile_sketches(a, {.distortion = 1}), InvalidOption);
  CHECK_THROWS_AS((void)profile_sketches(a, {.distortion = 0}), InvalidOption);
  CHECK_THROWS_AS((void)profile_sketches(a, {.solves = -1}), InvalidOption);
  CHECK_THROWS_AS((void)profile_sketches(a, {.cost_limit = 0}), InvalidOption);
  CHECK_THROWS_AS((void)profile_sketches(a, {.families = {static_cast<SketchFamily>(99)}}), InvalidOption);
}
