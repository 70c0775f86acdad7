// More columns than rows: the solution of least norm, as LAPACK's xGELSY finds it.
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "linalg/blas.hpp"
#include "tests/support/lapack_reference.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr LeastSquaresMethod methods[] = {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct,
                                          LeastSquaresMethod::automatic};

Matrix<double> transposed(const Matrix<double>& a) {
  Matrix<double> result(a.cols(), a.rows());
  for (std::int64_t j = 0; j < a.cols(); ++j)
    for (std::int64_t i = 0; i < a.rows(); ++i) result(j, i) = a(i, j);
  return result;
}

Matrix<double> normals(std::int64_t rows, std::int64_t cols, RandomSource& random) {
  Matrix<double> b(rows, cols);
  for (double& entry : b.entries()) entry = random.normal();
  return b;
}

double relative_difference(const Matrix<double>& x, const Matrix<double>& y, std::int64_t k) {
  double difference = 0;
  for (std::int64_t j = 0; j < x.rows(); ++j) difference = std::hypot(difference, x(j, k) - y(j, k));
  return difference / norm2(y.rows(), y.data() + k * y.rows());
}

void check(const Matrix<double>& a, const Matrix<double>& b, std::int64_t rank, double tolerance) {
  const auto expected = solve_by_pivoted_qr<double>(a, b, 1e-13);
  REQUIRE(expected.rank == rank);
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(a, b, {.method = method});
    CAPTURE(fit.message);
    CHECK(fit.status == (rank == a.rows() ? Status::converged : Status::rank_deficient));
    CHECK(fit.rank == rank);
    CHECK(fit.worst_backward_error() < 1e-15);
    REQUIRE(fit.x.rows() == a.cols());
    for (std::int64_t k = 0; k < b.cols(); ++k) CHECK(relative_difference(fit.x, expected.x, k) <= tolerance);
  }
}

}  // namespace

TEST_CASE("Full rank, conditions up to 1e12") {
  RandomSource random(1);
  for (const double condition : {2.0, 1e5, 1e8, 1e10, 1e12}) {
    CAPTURE(condition);
    const Matrix<double> a = transposed(with_condition(2000, 20, condition, random));
    // Both err by a few roundoffs times the condition number.
    check(a, normals(20, 2, random), 20, 1e-14 * condition);
  }
}

TEST_CASE("Rank deficient and inconsistent") {
  RandomSource random(2);
  for (const double condition : {10.0, 1e4}) {
    CAPTURE(condition);
    const Matrix<double> a = transposed(with_singular_values(1500, 18, log_spaced(11, condition), random));
    check(a, normals(18, 2, random), 11, 1e-13 * condition * condition);
  }
}

TEST_CASE("Duplicate and zero rows") {
  RandomSource random(3);
  Matrix<double> a = transposed(gaussian_matrix(900, 12, random));
  for (std::int64_t j = 0; j < 900; ++j) {
    a(5, j) = a(2, j);
    a(7, j) = 0;
  }
  check(a, normals(12, 1, random), 10, 1e-12);
}

TEST_CASE("One row, and no row at all") {
  RandomSource random(4);
  const Matrix<double> a = transposed(gaussian_matrix(50, 1, random));
  check(a, normals(1, 3, random), 1, 1e-14);
  for (const LeastSquaresMethod method : methods) {
    const auto fit = least_squares(Matrix<double>(0, 5), Matrix<double>(0, 2), {.method = method});
    CHECK(fit.status == Status::converged);
    CHECK(fit.x.rows() == 5);
    CHECK(fit.x.cols() == 2);
    CHECK(fit.x(4, 1) == 0);
  }
}

TEST_CASE("Rows and right-hand sides of any scale") {
  RandomSource random(5);
  Matrix<double> a = transposed(with_condition(600, 10, 1e3, random));
  Matrix<double> b = normals(10, 1, random);
  const auto expected = least_squares(a, b);
  for (std::int64_t i = 0; i < 10; ++i) {
    const double scale = std::ldexp(1.0, static_cast<int>(90 * (i - 5)));
    for (std::int64_t j = 0; j < 600; ++j) a(i, j) *= scale;
    b(i, 0) *= scale;
  }
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(a, b, {.method = method});
    CAPTURE(fit.message);
    CHECK(fit.status == Status::converged);
    CHECK(relative_difference(fit.x, expected.x, 0) <= 1e-11);
  }
}

TEST_CASE("Sparse storage, floats, zero right-hand sides, NaN, and a cancelled run") {
  RandomSource random(6);
  const Matrix<double> a = transposed(with_condition(700, 9, 100, random));
  const Matrix<double> b = normals(9, 1, random);
  const auto dense = least_squares(a, b);
  std::vector<Triplet<double>> entries;
  for (std::int64_t j = 0; j < 700; ++j)
    for (std::int64_t i = 0; i < 9; ++i) entries.push_back({i, j, a(i, j)});
  const auto sparse = SparseMatrix<double>::from_triplets(9, 700, entries);
  const LeastSquaresOptions sketched{.method = LeastSquaresMethod::sketch_and_precondition};
  CHECK(relative_difference(least_squares(sparse, b, sketched).x, dense.x, 0) < 1e-12);
  const auto single = least_squares(to_float(a), to_float(b), sketched);
  CHECK(single.status == Status::converged);
  CHECK(std::abs(single.x(3, 0) - dense.x(3, 0)) < 1e-4 * norm2(700, dense.x.data()));
  const auto zero = least_squares(a, Matrix<double>(9, 1), sketched);
  CHECK(zero.status == Status::converged);
  CHECK(norm2(700, zero.x.data()) == 0);

  Matrix<double> bad = a;
  bad(8, 650) = std::numeric_limits<double>::quiet_NaN();
  for (const LeastSquaresMethod method : methods)
    CHECK(least_squares(bad, b, {.method = method}).status == Status::non_finite_input);
  LeastSquaresOptions options = sketched;
  options.on_iteration = [](const LeastSquaresProgress&) { return false; };
  const auto cancelled = least_squares(a, b, options);
  CHECK(cancelled.status == Status::cancelled);
  CHECK(cancelled.iterations == 1);
}
