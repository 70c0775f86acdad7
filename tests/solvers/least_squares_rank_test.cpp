// Rank-deficient problems: the rank, the solution of minimum norm, and a least-squares solution all the same.
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "linalg/blas.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/lapack_reference.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr LeastSquaresMethod methods[] = {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct,
                                          LeastSquaresMethod::automatic};

// The rank, a small backward error, and the minimum-norm solution of xGELSY; the columns of A are of similar size.
void check(const Matrix<double>& a, const Matrix<double>& b, std::int64_t rank, double tolerance) {
  const auto expected = solve_by_pivoted_qr<double>(a, b, 1e-13);
  REQUIRE(expected.rank == rank);
  const BackwardErrorMeasure<double> measure(a);
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(a, b, {.method = method});
    CAPTURE(fit.message);
    CHECK(fit.status == Status::rank_deficient);
    CHECK(fit.rank == rank);
    CHECK(fit.rcond > 0);
    CHECK(fit.rcond < 1e-12);
    CHECK(measure.exact(fit.x.entries(), b.entries()) < 1e-14);
    double difference = 0;
    for (std::int64_t j = 0; j < a.cols(); ++j) difference = std::hypot(difference, fit.x(j, 0) - expected.x(j, 0));
    CHECK(difference <= tolerance * norm2(a.cols(), expected.x.data()));
  }
}

}  // namespace

TEST_CASE("A product of rank 12 in 20 columns") {
  RandomSource random(1);
  for (const double condition : {10.0, 1e4}) {
    for (const double residual : {0.0, 1.0}) {
      CAPTURE(condition);
      CAPTURE(residual);
      const Matrix<double> a = with_singular_values(3000, 20, log_spaced(12, condition), random);
      Matrix<double> b = right_hand_side(a, 0, random);
      const double size = residual * norm2(3000, b.data()) / std::sqrt(3000.0);
      for (double& entry : b.entries()) entry += size * random.normal();
      // Both round at 1e-16, which the condition number on the range amplifies, twice over with a residual.
      check(a, b, 12, 1e-14 * condition * (1 + residual * condition));
    }
  }
}

TEST_CASE("Duplicate columns share the coefficient") {
  RandomSource random(2);
  Matrix<double> a = gaussian_matrix(2000, 10, random);
  for (std::int64_t i = 0; i < 2000; ++i) a(i, 7) = a(i, 2);
  const Matrix<double> b = gaussian_matrix(2000, 1, random);
  check(a, b, 9, 1e-12);
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(a, b, {.method = method});
    CHECK(std::abs(fit.x(2, 0) - fit.x(7, 0)) <= 1e-12 * std::abs(fit.x(2, 0)));
  }
}

TEST_CASE("Duplicate columns of different units are still duplicates, and the larger unit takes the coefficient") {
  RandomSource random(3);
  const Matrix<double> a = gaussian_matrix(2000, 10, random);
  const Matrix<double> b = gaussian_matrix(2000, 1, random);
  Matrix<double> duplicate(2000, 11);
  for (std::int64_t i = 0; i < 2000; ++i) {
    for (std::int64_t j = 0; j < 10; ++j) duplicate(i, j) = a(i, j);
    duplicate(i, 10) = -1e12 * a(i, 2);
  }
  const Matrix<double> expected = solve_by_qr<double>(a, b);
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(duplicate, b, {.method = method});
    CHECK(fit.status == Status::rank_deficient);
    CHECK(fit.rank == 10);
    // The null vector is (1e12, 1) in these two places: of all ways to share the coefficient, the shortest.
    CHECK(std::abs(-1e12 * fit.x(10, 0) - expected(2, 0)) <= 1e-12 * std::abs(expected(2, 0)));
    CHECK(std::abs(fit.x(2, 0)) <= 1e-12 * std::abs(expected(2, 0)));
    for (const std::int64_t j : {0, 1, 3, 9})
      CHECK(std::abs(fit.x(j, 0) - expected(j, 0)) <= 1e-12 * std::abs(expected(j, 0)));
  }
}

TEST_CASE("Columns of zeros have coefficients of zero") {
  RandomSource random(4);
  for (const std::int64_t zero : {0, 5, 9}) {
    CAPTURE(zero);
    Matrix<double> a = gaussian_matrix(2000, 10, random);
    for (std::int64_t i = 0; i < 2000; ++i) a(i, zero) = 0;
    const Matrix<double> b = gaussian_matrix(2000, 1, random);
    check(a, b, 9, 1e-12);
    for (const LeastSquaresMethod method : methods) {
      CAPTURE(to_string(method));
      const auto fit = least_squares(a, b, {.method = method});
      CHECK(fit.x(zero, 0) == 0);
    }
  }
}

TEST_CASE("All zero") {
  RandomSource random(5);
  const Matrix<double> a(1000, 8);
  const Matrix<double> b = gaussian_matrix(1000, 1, random);
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(a, b, {.method = method});
    CAPTURE(fit.message);
    CHECK(fit.status == Status::rank_deficient);
    CHECK(fit.rank == 0);
    for (std::int64_t j = 0; j < 8; ++j) CHECK(fit.x(j, 0) == 0);
    CHECK(std::abs(fit.residual_norm[0] / norm2(1000, b.data()) - 1) < 1e-15);
    CHECK(fit.gradient_norm[0] == 0);
  }
  const auto sparse = least_squares(SparseMatrix<double>::from_triplets(1000, 8, {}), b);
  CHECK(sparse.rank == 0);
  CHECK(sparse.status == Status::rank_deficient);
}

TEST_CASE("rcond decides the rank, relative to the largest singular value") {
  RandomSource random(6);
  // Ratios of 10 down to 1e-9: rank 10 for rcond < 1e-9, 5 for rcond between 1e-5 and 1e-4.
  const Matrix<double> a = with_singular_values(2000, 10, log_spaced(10, 1e9), random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto full = least_squares(a, b, {.method = method, .rcond = 1e-12});
    CHECK(full.rank == 10);
    CHECK(full.status == Status::converged);
    CHECK(full.rcond == 1e-12);
    const auto truncated = least_squares(a, b, {.method = method, .rcond = 3e-5});
    CHECK(truncated.status == Status::rank_deficient);
    // Columns are scaled before the rank is decided, and a pivoted diagonal is not a singular value: one place each.
    CHECK(truncated.rank >= 4);
    CHECK(truncated.rank <= 6);
    CHECK(truncated.rcond == 3e-5);
    for (const double scale : {1e-200, 1e200}) {
      CAPTURE(scale);
      Matrix<double> scaled = a;
      for (double& entry : scaled.entries()) entry *= scale;
      CHECK(least_squares(scaled, b, {.method = method, .rcond = 3e-5}).rank == truncated.rank);
    }
  }
}

TEST_CASE("The rank of float matrices is decided by the roundoff of float") {
  RandomSource random(7);
  const Matrix<float> a = to_float(with_singular_values(2000, 10, log_spaced(6, 10), random));
  const Matrix<float> b = to_float(gaussian_matrix(2000, 1, random));
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(a, b, {.method = method});
    CHECK(fit.status == Status::rank_deficient);
    CHECK(fit.rank == 6);
  }
}
