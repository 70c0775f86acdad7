// Condition numbers of which the Gram matrix itself knows nothing.
#include "solvers/shifted_gram.hpp"

#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/column_norms.hpp"
#include "linalg/densify.hpp"
#include "linalg/parallel.hpp"
#include "solvers/column_scaling.hpp"
#include "solvers/stored_matrix.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/lapack_reference.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr std::int64_t m = 3000, n = 60;

// Pairs of columns of condition numbers up to `condition` each, turned so that no scaling gets them apart, among six
// pairs of full weight in each row so that the Gram matrix is full.
SparseMatrix<double> paired(double condition, RandomSource& random, std::int64_t rows = m, std::int64_t cols = n) {
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (int k = 0; k < 6; ++k) {
      const std::int64_t j = random.below(cols / 2);
      const double large = random.normal();
      const double grade = static_cast<double>(j) / static_cast<double>(cols / 2 - 1);
      const double small = std::isinf(condition) ? 0 : random.normal() * std::pow(condition, -grade);
      entries.push_back({i, 2 * j, 0.8 * large - 0.6 * small});
      entries.push_back({i, 2 * j + 1, 0.6 * large + 0.8 * small});
    }
  }
  return SparseMatrix<double>::from_triplets(rows, cols, entries);
}

// The attempt, and its x in the units of b.
Attempt<double> attempt_on(const SparseMatrix<double>& a, const Matrix<double>& b, const LeastSquaresOptions& options,
                           Matrix<double>& x) {
  const StoredMatrix<double> matrix{AnyMatrixView<double>(a)};
  const auto problem = make_problem<double>(matrix, b.view(), options);
  const std::vector<double> scale = unit_column_scale<double>(column_norms<double>(a));
  const Matrix<double> dense = densify<double>(a);
  Matrix<double> g = StoredMatrix<double>{AnyMatrixView<double>(dense.view())}.gram(scale);
  double largest = 0;
  for (std::int64_t j = 0; j < n; ++j) largest = std::max(largest, g(j, j));
  const double shift = gram_shift<double>(largest);
  for (std::int64_t j = 0; j < n; ++j) g(j, j) += shift;
  REQUIRE(cholesky<double>(g));
  const auto extreme = extreme_singular_values<double>(g.view());
  LeastSquaresFit<double> fit;
  auto attempt = attempt_from_shifted_gram_factor<double>(problem, std::move(g), scale, extreme, shift, 200, fit);
  x = attempt.point.x;
  for (std::int64_t k = 0; k < x.cols(); ++k)
    for (std::int64_t j = 0; j < x.rows(); ++j) x(j, k) = std::ldexp(x(j, k), problem.b_exponent[k]);
  return attempt;
}

}  // namespace

TEST_CASE("as accurate as QR at a condition number of 1e8") {
  RandomSource random(1);
  for (const double condition : {1e3, 1e7, 1e8, 3e8}) {
    CAPTURE(condition);
    const auto a = paired(condition, random);
    const Matrix<double> dense = densify<double>(a);
    const Matrix<double> b = gaussian_matrix(m, 2, random);
    Matrix<double> x;
    const Attempt<double> attempt = attempt_on(a, b, {}, x);
    CAPTURE(attempt.reason);
    REQUIRE(attempt.outcome == AttemptOutcome::solved);
    CHECK(attempt.rank == n);
    // The margin of the test and the scaling of the columns leave it within such factors.
    CHECK(attempt.condition >= condition / 10);
    CHECK(attempt.condition <= 30 * condition);
    const BackwardErrorMeasure<double> measure(dense);
    const Matrix<double> by_qr = solve_by_qr<double>(dense, b);
    for (std::int64_t k = 0; k < 2; ++k) {
      const auto column = [&](const Matrix<double>& y) { return y.entries().subspan(k * y.rows(), y.rows()); };
      const double error = measure.exact(column(x), column(b));
      CHECK(error <= 10 * std::max(measure.exact(column(by_qr), column(b)), 1e-16));
      // The estimate is within sqrt(2) of the error from below.
      CHECK(attempt.point.backward_error[k] >= error / 1.5);
    }
  }
}

TEST_CASE("rejected beyond its reach, where the rank is not full, and where the tolerance says so") {
  RandomSource random(2);
  const Matrix<double> b = gaussian_matrix(m, 1, random);
  Matrix<double> x;
  CHECK(attempt_on(paired(1e13, random), b, {}, x).outcome == AttemptOutcome::rejected);
  CHECK(attempt_on(paired(INFINITY, random), b, {}, x).outcome == AttemptOutcome::rejected);
  CHECK(attempt_on(paired(1e8, random), b, {.rcond = 1e-6}, x).outcome == AttemptOutcome::rejected);
}

TEST_CASE("what automatic takes where a QR is the dearer: no sketch, and the same bits for any number of threads") {
  constexpr std::int64_t rows = 8000, cols = 1000;
  RandomSource random(3);
  const auto a = paired(1e8, random, rows, cols);
  const Matrix<double> b = gaussian_matrix(rows, 1, random);
  LeastSquaresFit<double> one, three;
  run_with_threads(1, [&] { one = least_squares(a, b); });
  run_with_threads(3, [&] { three = least_squares(a, b); });
  CAPTURE(one.message);
  CHECK(one.status == Status::converged);
  CHECK(one.method == LeastSquaresMethod::gram_and_precondition);
  CHECK(!one.sketch.has_value());
  CHECK(one.rank == cols);
  CHECK(one.backward_error[0] <= 1.2e-16);
  CHECK(one.passes == three.passes);
  CHECK(std::memcmp(one.x.data(), three.x.data(), sizeof(double) * cols) == 0);
}
