// Equality constraints: they hold, and the solution is the one LAPACK's xGGLSE finds.
#include <croquis/solvers/constrained_least_squares.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/blas.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

extern "C" void dgglse_(const int*, const int*, const int*, double*, const int*, double*, const int*, double*, double*,
                        double*, double*, const int*, int*);

namespace {

Matrix<double> solve_by_gglse(Matrix<double> a, Matrix<double> b, Matrix<double> c, Matrix<double> d) {
  const int m = static_cast<int>(a.rows()), n = static_cast<int>(a.cols()), p = static_cast<int>(c.rows());
  Matrix<double> x(n, 1);
  std::vector<double> work(100 * static_cast<std::size_t>(m + n + p));
  const int size = static_cast<int>(work.size());
  int info = 0;
  dgglse_(&m, &n, &p, a.data(), &m, c.data(), &p, b.data(), d.data(), x.data(), work.data(), &size, &info);
  REQUIRE(info == 0);
  return x;
}

Matrix<double> normals(std::int64_t rows, std::int64_t cols, RandomSource& random) {
  Matrix<double> b(rows, cols);
  for (double& entry : b.entries()) entry = random.normal();
  return b;
}

double violation(const Matrix<double>& c, const Matrix<double>& x, const Matrix<double>& d, std::int64_t k) {
  double sum = 0;
  for (std::int64_t i = 0; i < c.rows(); ++i) {
    double rest = d(i, k);
    for (std::int64_t j = 0; j < c.cols(); ++j) rest -= c(i, j) * x(j, k);
    sum = std::hypot(sum, rest);
  }
  return sum;
}

}  // namespace

TEST_CASE("As xGGLSE, for conditions up to 1e8, one constraint or nearly as many as unknowns") {
  RandomSource random(1);
  for (const double condition : {10.0, 1e4, 1e8}) {
    for (const std::int64_t p : {1, 7, 19}) {
      CAPTURE(condition);
      CAPTURE(p);
      const Matrix<double> a = with_condition(1200, 20, condition, random);
      const Matrix<double> b = normals(1200, 1, random);
      const Matrix<double> c = normals(p, 20, random);
      const Matrix<double> d = normals(p, 1, random);
      const Matrix<double> expected = solve_by_gglse(a, b, c, d);
      for (const LeastSquaresMethod method :
           {LeastSquaresMethod::automatic, LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct}) {
        CAPTURE(to_string(method));
        const auto fit = constrained_least_squares(a, b, c, d, {.method = method});
        CAPTURE(fit.message);
        CHECK(fit.status == Status::converged);
        const double size = norm2(20, expected.data());
        // Of a roundoff of ||C|| ||x||.
        CHECK(violation(c, fit.x, d, 0) <= 1e-14 * (norm2(20 * p, c.data()) * size + norm2(p, d.data())));
        double difference = 0;
        for (std::int64_t j = 0; j < 20; ++j) difference = std::hypot(difference, fit.x(j, 0) - expected(j, 0));
        // k u for x and k^2 u for the residual's share of it; C adds the condition of a random p x 20 matrix.
        CHECK(difference <= 1e-12 * condition * (1 + 1e-2 * condition) * size);
        CHECK(fit.backward_error[0] < 1e-15);
      }
    }
  }
}

TEST_CASE("As many constraints as unknowns leave nothing to minimise, none everything") {
  RandomSource random(2);
  const Matrix<double> a = with_condition(300, 6, 10, random);
  const Matrix<double> b = normals(300, 2, random);
  const Matrix<double> c = with_condition(6, 6, 10, random);
  const Matrix<double> d = normals(6, 2, random);
  const auto fixed = constrained_least_squares(a, b, c, d);
  CHECK(fixed.solved());
  REQUIRE(fixed.x.rows() == 6);
  for (std::int64_t k = 0; k < 2; ++k) CHECK(violation(c, fixed.x, d, k) < 1e-13);
  const auto free = constrained_least_squares(a, b, Matrix<double>(0, 6), Matrix<double>(0, 2));
  const auto plain = least_squares(a, b);
  for (std::int64_t j = 0; j < 6; ++j) CHECK(free.x(j, 1) == doctest::Approx(plain.x(j, 1)).epsilon(1e-12));
}

TEST_CASE("Repeated constraints are left out, contradicting ones are a status") {
  RandomSource random(3);
  const Matrix<double> a = with_condition(300, 8, 100, random);
  const Matrix<double> b = normals(300, 1, random);
  Matrix<double> c = normals(3, 8, random);
  Matrix<double> d = normals(3, 1, random);
  Matrix<double> first_two(2, 8), first_two_d(2, 1);
  for (std::int64_t i = 0; i < 2; ++i) {
    first_two_d(i, 0) = d(i, 0);
    for (std::int64_t j = 0; j < 8; ++j) first_two(i, j) = c(i, j);
  }
  for (std::int64_t j = 0; j < 8; ++j) c(2, j) = 1e5 * (c(0, j) - 2 * c(1, j));
  d(2, 0) = 1e5 * (d(0, 0) - 2 * d(1, 0));
  const auto repeated = constrained_least_squares(a, b, c, d);
  const auto expected = constrained_least_squares(a, b, first_two, first_two_d);
  CAPTURE(repeated.message);
  CHECK(repeated.status == Status::converged);
  CHECK(repeated.message.find("2 independent constraints of 3") != std::string::npos);
  for (std::int64_t j = 0; j < 8; ++j) CHECK(repeated.x(j, 0) == doctest::Approx(expected.x(j, 0)).epsilon(1e-9));
  d(2, 0) *= 1 + 1e-6;
  const auto contradiction = constrained_least_squares(a, b, c, d);
  CHECK(contradiction.status == Status::inconsistent_constraints);
  CHECK_FALSE(contradiction.solved());
  CHECK(contradiction.x.entries().empty());
}

TEST_CASE("Rank deficient or wide A, weights and a ridge") {
  RandomSource random(4);
  const Matrix<double> a = normals(4, 9, random);
  const Matrix<double> b = normals(4, 1, random);
  const Matrix<double> c = normals(2, 9, random);
  const Matrix<double> d = normals(2, 1, random);
  const auto fit = constrained_least_squares(a, b, c, d);
  CAPTURE(fit.message);
  CHECK(fit.status == Status::converged);
  CHECK(fit.residual_norm[0] < 1e-13);
  CHECK(violation(c, fit.x, d, 0) < 1e-13);
  // Of least norm: the same as the underdetermined system of both.
  Matrix<double> both(6, 9), both_b(6, 1);
  for (std::int64_t i = 0; i < 6; ++i) {
    both_b(i, 0) = i < 4 ? b(i, 0) : d(i - 4, 0);
    for (std::int64_t j = 0; j < 9; ++j) both(i, j) = i < 4 ? a(i, j) : c(i - 4, j);
  }
  const auto least = least_squares(both, both_b);
  for (std::int64_t j = 0; j < 9; ++j) CHECK(fit.x(j, 0) == doctest::Approx(least.x(j, 0)).epsilon(1e-10));

  const Matrix<double> tall = with_condition(200, 9, 10, random);
  const Matrix<double> tall_b = normals(200, 1, random);
  const std::vector<double> weights(200, 4);
  const auto weighted = constrained_least_squares(tall, tall_b, c, d, {.ridge = 4, .weights = weights});
  const auto plain = constrained_least_squares(tall, tall_b, c, d, {.ridge = 1});
  for (std::int64_t j = 0; j < 9; ++j) CHECK(weighted.x(j, 0) == doctest::Approx(plain.x(j, 0)).epsilon(1e-11));
  CHECK(violation(c, plain.x, d, 0) < 1e-13);
}

TEST_CASE("Shapes that do not fit, and NaN") {
  const Matrix<double> a(10, 3), b(10, 1), c(2, 3), d(2, 1);
  CHECK_THROWS_AS((void)constrained_least_squares(a, b, Matrix<double>(2, 4), d), ShapeError);
  CHECK_THROWS_AS((void)constrained_least_squares(a, b, c, Matrix<double>(3, 1)), ShapeError);
  CHECK_THROWS_AS((void)constrained_least_squares(a, Matrix<double>(9, 1), c, d), ShapeError);
  for (const int where : {0, 1, 2, 3}) {
    Matrix<double> bad[] = {a, b, c, d};
    bad[where](0, 0) = std::numeric_limits<double>::quiet_NaN();
    CHECK(constrained_least_squares(bad[0], bad[1], bad[2], bad[3]).status == Status::non_finite_input);
  }
}
