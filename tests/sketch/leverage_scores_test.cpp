#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include <croquis/errors.hpp>
#include <croquis/sketch/distortion.hpp>
#include <croquis/sketch/leverage_scores.hpp>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "tests/sketch/sketch_support.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// Squared row norms of the Q of Householder QR.
std::vector<double> scores_by_qr(Matrix<double> a) {
  const blas_int m = static_cast<blas_int>(a.rows()), n = static_cast<blas_int>(a.cols());
  std::vector<blas_int> pivots(static_cast<std::size_t>(n), 0);
  std::vector<double> tau(static_cast<std::size_t>(n)), work(static_cast<std::size_t>(200 * n));
  const blas_int size = static_cast<blas_int>(work.size());
  blas_int info = 0;
  dgeqp3_(&m, &n, a.data(), &m, pivots.data(), tau.data(), work.data(), &size, &info);
  dorgqr_(&m, &n, &n, a.data(), &m, tau.data(), work.data(), &size, &info);
  std::vector<double> scores(static_cast<std::size_t>(m));
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i < m; ++i) scores[static_cast<std::size_t>(i)] += a(i, j) * a(i, j);
  return scores;
}

// Rows of very different importance, columns of very different size.
Matrix<double> uneven_matrix(std::int64_t m, std::int64_t n) {
  Matrix<double> a = random_matrix<double>(m, n, Layout::column_major, 3);
  for (std::int64_t j = 0; j < n; ++j) {
    for (std::int64_t i = 0; i < m; ++i) a(i, j) *= std::exp(-static_cast<double>(i % 7)) * std::pow(10.0, j % 5 - 2);
    a((17 * j + 2) % m, j) *= 1e5;
  }
  return a;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

}  // namespace

TEST_CASE("all scores are those of Householder QR, in every storage") {
  for (const std::int64_t m : {70, 2000}) {  // A itself is factored, or a sketch of it
    const std::int64_t n = m == 70 ? 20 : 90;
    const Matrix<double> a = uneven_matrix(m, n);
    const std::vector<double> expected = scores_by_qr(a);
    Matrix<double> by_rows(m, n, Layout::row_major);
    std::vector<Triplet<double>> triplets;
    for (std::int64_t i = 0; i < m; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        by_rows(i, j) = a(i, j);
        triplets.push_back({i, j, a(i, j)});
      }
    const auto sparse = SparseMatrix<double>::from_triplets(m, n, triplets);
    for (const AnyMatrixView<double>& view :
         {AnyMatrixView<double>(a), AnyMatrixView<double>(by_rows), AnyMatrixView<double>(sparse)}) {
      const std::vector<double> scores = leverage_scores(view, {.projections = 0});
      // Two orthonormal bases of ranges that differ by roundoff times the condition number of A with scaled columns,
      // here below 1e3; each to roundoff, with room for sqrt(n).
      CHECK(largest_difference(scores, expected) < 1e-11);
      CHECK(std::accumulate(scores.begin(), scores.end(), 0.0) == doctest::Approx(n).epsilon(1e-13));
    }
  }
}

TEST_CASE("ill-conditioned matrices lose no more than the range itself is uncertain by") {
  constexpr std::int64_t m = 1500, n = 30;
  Matrix<double> a = random_matrix<double>(m, n, Layout::column_major, 4);
  // Neighbouring columns agree to six digits more and more: condition numbers about 1e6 and 1e12.
  for (const double gap : {1e-6, 1e-12}) {
    Matrix<double> close = a;
    for (std::int64_t j = 1; j < n; j += 2)
      for (std::int64_t i = 0; i < m; ++i) close(i, j) = a(i, j - 1) + gap * a(i, j);
    const std::vector<double> scores = leverage_scores(close, {.projections = 0});
    // Rounding the entries of `close` alone turns its range by the roundoff over the gap.
    CHECK(largest_difference(scores, scores_by_qr(close)) < 200 * 1.1e-16 / gap);
    CHECK(std::accumulate(scores.begin(), scores.end(), 0.0) == doctest::Approx(n).epsilon(1e-13));
  }
}

TEST_CASE("dependent and zero columns do not count") {
  constexpr std::int64_t m = 1000, n = 25;
  const Matrix<double> a = uneven_matrix(m, n);
  Matrix<double> more(m, n + 3);
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < n; ++j) more(i, j) = a(i, j);
    more(i, n) = a(i, 0) + a(i, 5);
    more(i, n + 1) = 0;
    more(i, n + 2) = a(i, 7) * 1e-30;
  }
  CHECK(largest_difference(leverage_scores(more, {.projections = 0}), scores_by_qr(a)) < 1e-10);
}

TEST_CASE("estimates are close to the scores, without bias beyond the sketch's") {
  constexpr std::int64_t m = 3000, n = 60;
  const Matrix<double> a = uneven_matrix(m, n);
  const std::vector<double> expected = scores_by_qr(a);
  // Given the sketch an estimate is ||A(i, :) N||^2 times chi^2_k / k. At distortion at most 1/2 of the sketch (d = 8
  // n: sqrt(1/8) = 0.35 expected) the first factor is within [1 / 1.5^2, 1 / 0.5^2]; for k = 200 the second leaves
  // [0.4, 1.9] with probability under 1e-11 (Laurent and Massart), over all rows under 1e-7.
  const std::vector<double> estimates = leverage_scores(a, {.projections = 200, .seed = 5});
  CHECK(estimates == leverage_scores(a, {.projections = 60, .seed = 5}));  // no fewer than the rank: none are needed
  const std::vector<double> rough = leverage_scores(a, {.projections = 50, .seed = 5});
  for (std::size_t i = 0; i < expected.size(); ++i) {
    REQUIRE(estimates[i] > expected[i] / 2.25);
    REQUIRE(estimates[i] < expected[i] * 4);
    // chi^2_50 / 50 leaves [0.2, 2.9] with probability under 1e-10.
    REQUIRE(rough[i] > expected[i] * 0.2 / 2.25);
    REQUIRE(rough[i] < expected[i] * 2.9 * 4);
  }
}

TEST_CASE("sampling by leverage scores keeps the range of a coherent matrix, where uniform sampling loses it") {
  constexpr std::int64_t m = 4000, n = 10;
  Matrix<double> a = random_matrix<double>(m, n, Layout::column_major, 9);
  for (std::int64_t i = 0; i < m; ++i) a(i, 0) = i == 1234 ? 1 : 0;  // one row alone has the first direction
  const std::vector<double> scores = leverage_scores(a);
  const std::int64_t d = recommended_rows(SketchFamily::row_sampling, n, m, 0.5, 1e-3);
  REQUIRE(d < m / 4);
  // Estimated scores may be half of the true ones: twice the rows. Of 30 sketches that each fail with probability 1e-3,
  // more than 3 fail with probability under C(30, 4) 1e-12 < 3e-8.
  int failures = 0;
  int uniform_failures = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    for (const Replacement replacement : {Replacement::with, Replacement::without})
      failures +=
          measure_distortion(RowSampling::weighted(2 * d, scores, seed, replacement), a).distortion <= 0.5 ? 0 : 1;
    uniform_failures += measure_distortion(RowSampling::uniform(d, m, seed), a).smallest < 1e-10 ? 1 : 0;
  }
  CHECK(failures <= 3);
  // The one row is missed with probability over 3/4 each time: fewer than 10 misses in 30 with probability under 1e-6.
  CHECK(uniform_failures >= 10);
}

TEST_CASE("the same scores for any number of threads") {
  const Matrix<double> a = uneven_matrix(5000, 20);
  std::vector<std::vector<double>> results;
  for (const int threads : {1, 2, 3, 8})
    for (const std::int64_t projections : {0, 10})
      run_with_threads(threads, [&] { results.push_back(leverage_scores(a, {.projections = projections})); });
  for (std::size_t k = 2; k < results.size(); ++k) CHECK(results[k] == results[k % 2]);
}

TEST_CASE("nothing, NaN and mistakes") {
  CHECK(leverage_scores(Matrix<double>(3, 0)) == std::vector<double>(3, 0.0));
  CHECK(leverage_scores(Matrix<double>(3, 2)) == std::vector<double>(3, 0.0));
  Matrix<double> bad = random_matrix<double>(50, 3, Layout::column_major, 1);
  bad(20, 1) = std::numeric_limits<double>::infinity();
  for (const std::int64_t projections : {0, 2})
    for (const double score : leverage_scores(bad, {.projections = projections})) CHECK(std::isnan(score));
  Matrix<double> huge = random_matrix<double>(50, 3, Layout::column_major, 1);
  for (double& entry : huge.entries()) entry = std::copysign(1.7e308, entry);
  // The sketch of 24 rows overflows; the two rounds of QR scale first.
  CHECK(std::isnan(leverage_scores(huge, {.projections = 2}).front()));
  CHECK(largest_difference(leverage_scores(huge, {.projections = 0}), scores_by_qr([&] {
                             Matrix<double> scaled = huge;
                             for (double& entry : scaled.entries()) entry = std::copysign(1.0, entry);
                             return scaled;
                           }())) < 1e-13);
  CHECK_THROWS_AS(leverage_scores(Matrix<double>(2, 3)), ShapeError);
  CHECK_THROWS_AS(leverage_scores(Matrix<double>(5, 3), {.projections = -1}), InvalidOption);
  CHECK_THROWS_AS(leverage_scores(Matrix<double>(5, 3), {.rcond = 1}), InvalidOption);
  CHECK_THROWS_AS(leverage_scores(Matrix<double>(5, 3), {.rcond = std::numeric_limits<double>::quiet_NaN()}),
                  InvalidOption);
}
