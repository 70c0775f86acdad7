// The backward error anyone can ask for, against the true one.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <croquis/errors.hpp>
#include <croquis/solvers/backward_error.hpp>

#include "tests/support/backward_error.hpp"
#include "tests/support/lapack_reference.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("Good and spoilt solutions, against the exact value") {
  RandomSource random(1);
  for (const double condition : {1e1, 1e6, 1e12}) {
    CAPTURE(condition);
    const Matrix<double> a = with_condition(300, 20, condition, random);
    const Matrix<double> b = right_hand_side(a, 0.5, random);
    const BackwardErrorMeasure<double> exact(a.view());
    for (const double spoil : {0.0, 1e-12, 1e-6}) {
      CAPTURE(spoil);
      Matrix<double> x = solve_by_qr<double>(a, b);
      for (double& entry : x.entries()) entry *= 1 + spoil * random.normal();
      // The estimate is at most sqrt(2) below the exact value, and scaling by powers of two instead of to unit norm
      // moves it by at most a factor of two; the rounding of the residual adds up to a roundoff.
      const double truth = exact.exact(x.entries(), b.entries());
      const double estimate = least_squares_backward_error(a, x, b).front();
      CHECK(estimate > 0.35 * truth - 1.2e-16);
      CHECK(estimate < 2.1 * truth + 1.2e-16);
    }
  }
}

TEST_CASE("Scaling b and the columns of A does not change it") {
  RandomSource random(2);
  Matrix<double> a = with_condition(200, 10, 1e3, random);
  Matrix<double> b = right_hand_side(a, 0.5, random);
  Matrix<double> x = solve_by_qr<double>(a, b);
  for (double& entry : x.entries()) entry *= 1 + 1e-8 * random.normal();
  const double before = least_squares_backward_error(a, x, b).front();
  CHECK(before > 1e-12);
  for (std::int64_t j = 0; j < 10; ++j) {
    const int exponent = static_cast<int>(40 * j) - 180;
    for (std::int64_t i = 0; i < 200; ++i) a(i, j) = std::ldexp(a(i, j), exponent);
    x(j, 0) = std::ldexp(x(j, 0), -exponent + 60);
  }
  for (double& entry : b.entries()) entry = std::ldexp(entry, 60);
  CHECK(least_squares_backward_error(a, x, b).front() == before);
}

TEST_CASE("An exact solution, b = 0, no columns and data that are not finite") {
  Matrix<double> a(3, 2), x(2, 1), b(3, 1);
  a(0, 0) = a(1, 1) = 2;
  CHECK(least_squares_backward_error(a, x, b).front() == 0);
  b(0, 0) = 2;
  x(0, 0) = 1;
  CHECK(least_squares_backward_error(a, x, b).front() == 0);
  b(0, 0) = 0;
  CHECK(least_squares_backward_error(a, x, b).front() > 0.1);
  CHECK(least_squares_backward_error(Matrix<double>(3, 0), Matrix<double>(0, 1), b).front() == 0);
  b(2, 0) = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(least_squares_backward_error(a, x, b).front()));
}

TEST_CASE("Shapes that do not fit") {
  const Matrix<double> a(3, 2);
  CHECK_THROWS_AS(least_squares_backward_error(a, Matrix<double>(3, 1), Matrix<double>(3, 1)), ShapeError);
  CHECK_THROWS_AS(least_squares_backward_error(a, Matrix<double>(2, 1), Matrix<double>(2, 1)), ShapeError);
  CHECK_THROWS_AS(least_squares_backward_error(a, Matrix<double>(2, 1), Matrix<double>(3, 2)), ShapeError);
  CHECK_THROWS_AS(least_squares_backward_error(Matrix<double>(2, 3), Matrix<double>(3, 1), Matrix<double>(2, 1)),
                  ShapeError);
}
