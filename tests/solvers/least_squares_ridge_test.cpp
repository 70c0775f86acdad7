// A ridge: the solution of the problem with rows sqrt(mu) I below A, as backward stable as that of any other problem.
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/blas.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/lapack_reference.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr LeastSquaresMethod methods[] = {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct,
                                          LeastSquaresMethod::gram_and_precondition, LeastSquaresMethod::automatic};

// [A; sqrt(mu) I] and [b; 0].
Matrix<double> with_ridge(const Matrix<double>& a, double mu) {
  Matrix<double> result(a.rows() + a.cols(), a.cols());
  for (std::int64_t j = 0; j < a.cols(); ++j) {
    for (std::int64_t i = 0; i < a.rows(); ++i) result(i, j) = a(i, j);
    result(a.rows() + j, j) = std::sqrt(mu);
  }
  return result;
}
Matrix<double> with_zeros(const Matrix<double>& b, std::int64_t n) {
  Matrix<double> result(b.rows() + n, b.cols());
  for (std::int64_t k = 0; k < b.cols(); ++k)
    for (std::int64_t i = 0; i < b.rows(); ++i) result(i, k) = b(i, k);
  return result;
}

std::vector<double> column(const Matrix<double>& a, std::int64_t j) {
  return {a.data() + j * a.rows(), a.data() + (j + 1) * a.rows()};
}

// The backward error as a problem with those rows is that of a good QR: a few roundoffs at most.
void check(const Matrix<double>& a, const Matrix<double>& b, double mu) {
  const BackwardErrorMeasure<double> measure(with_ridge(a, mu));
  const Matrix<double> zeros = with_zeros(b, a.cols());
  const BackwardErrorMeasure<double> plain(a);
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(mu);
    CAPTURE(to_string(method));
    const auto fit = least_squares(a, b, {.method = method, .ridge = mu});
    CAPTURE(fit.message);
    CHECK(fit.solved());
    REQUIRE(fit.x.rows() == a.cols());
    for (std::int64_t k = 0; k < b.cols(); ++k) {
      const std::vector<double> x = column(fit.x, k);
      CHECK(measure.exact(x, column(zeros, k)) < 1e-15);
      // Of an x as large as the condition number, A x alone rounds to a hundredth.
      CHECK(fit.residual_norm[k] == doctest::Approx(plain.residual_norm(x, column(b, k))).epsilon(1e-4));
    }
  }
}

}  // namespace

TEST_CASE("Penalties from none to huge, for conditions up to 1e14") {
  RandomSource random(1);
  for (const double condition : {10.0, 1e8, 1e14}) {
    const Matrix<double> a = with_condition(1500, 20, condition, random);
    Matrix<double> b(1500, 2);
    for (double& entry : b.entries()) entry = random.normal();
    for (const double mu : {0.0, 1e-300, 1e-30, 1e-12, 1e-3, 1.0, 1e6, 1e30, 1e200}) {
      CAPTURE(condition);
      check(a, b, mu);
    }
  }
}

TEST_CASE("A ridge gives a rank-deficient matrix full rank, and a zero column the coefficient zero") {
  RandomSource random(2);
  Matrix<double> a = with_singular_values(1000, 12, log_spaced(7, 1e3), random);
  for (std::int64_t i = 0; i < 1000; ++i) a(i, 3) = 0;
  Matrix<double> b(1000, 1);
  for (double& entry : b.entries()) entry = random.normal();
  for (const double mu : {1e-4, 1.0}) {
    check(a, b, mu);
    const auto fit = least_squares(a, b, {.ridge = mu});
    CHECK(fit.status == Status::converged);
    CHECK(fit.rank == 12);
    CHECK(std::abs(fit.x(3, 0)) <= 1e-13 * norm2(12, fit.x.data()));
  }
}

TEST_CASE("Square, one column, and a matrix in any storage") {
  RandomSource random(3);
  for (const std::int64_t n : {1, 40}) {
    const Matrix<double> a = with_condition(40, n, 1e3, random);
    Matrix<double> b(40, 1);
    for (double& entry : b.entries()) entry = random.normal();
    check(a, b, 0.01);
  }
  const Matrix<double> a = with_condition(800, 10, 1e5, random);
  Matrix<double> b(800, 1);
  for (double& entry : b.entries()) entry = random.normal();
  std::vector<Triplet<double>> entries;
  for (std::int64_t j = 0; j < 10; ++j)
    for (std::int64_t i = 0; i < 800; ++i) entries.push_back({i, j, a(i, j)});
  const auto sparse = SparseMatrix<double>::from_triplets(800, 10, entries);
  const BackwardErrorMeasure<double> measure(with_ridge(a, 1e-4));
  const auto fit = least_squares(sparse, b, {.method = LeastSquaresMethod::sketch_and_precondition, .ridge = 1e-4});
  CHECK(measure.exact(column(fit.x, 0), column(with_zeros(b, 10), 0)) < 1e-15);
}

TEST_CASE("More columns than rows: the same as by QR of the matrix with the ridge below") {
  RandomSource random(4);
  for (const double condition : {10.0, 1e6}) {
    const Matrix<double> tall = with_condition(300, 25, condition, random);
    Matrix<double> a(25, 300);
    for (std::int64_t j = 0; j < 300; ++j)
      for (std::int64_t i = 0; i < 25; ++i) a(i, j) = tall(j, i);
    Matrix<double> b(25, 2);
    for (double& entry : b.entries()) entry = random.normal();
    for (const double mu : {1e-10, 1e-3, 10.0}) {
      const Matrix<double> expected = solve_by_qr<double>(with_ridge(a, mu).view(), with_zeros(b, 300).view());
      for (const LeastSquaresMethod method : methods) {
        CAPTURE(condition);
        CAPTURE(mu);
        CAPTURE(to_string(method));
        const auto fit = least_squares(a, b, {.method = method, .ridge = mu});
        CAPTURE(fit.message);
        CHECK(fit.status == Status::converged);
        REQUIRE(fit.x.rows() == 300);
        // Both err by the condition number of the stacked matrix times a few roundoffs, twice over through a residual;
        // and what is small in x beside ||b|| / sqrt(mu), the longest it could be, by roundoffs of that.
        const double k = std::min(condition, 1 / std::sqrt(mu));
        for (std::int64_t v = 0; v < 2; ++v) {
          double difference = 0;
          for (std::int64_t j = 0; j < 300; ++j) difference = std::hypot(difference, fit.x(j, v) - expected(j, v));
          const double longest = norm2(25, b.data() + v * 25) / std::sqrt(mu);
          CHECK(difference <= 1e-14 * (k * k * norm2(300, expected.data() + v * 300) + longest));
        }
        CHECK(fit.gradient_norm[0] <= 1e-14 * norm2(25, b.data()) * (1 + k));
      }
    }
  }
}

TEST_CASE("A ridge out of range is refused by name") {
  const Matrix<double> a(10, 2);
  for (const double mu : {-1.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    bool named = false;
    try {
      (void)least_squares(a, Matrix<double>(10, 1), {.ridge = mu});
    } catch (const InvalidOption& error) {
      named = std::string(error.what()).find("ridge") != std::string::npos;
    }
    CHECK(named);
  }
}
