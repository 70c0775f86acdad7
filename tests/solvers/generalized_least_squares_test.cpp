// Correlated errors: the solution of the whitened problem.
#include <croquis/solvers/generalized_least_squares.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <croquis/errors.hpp>

#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("Autoregressive errors: a bidiagonal L^-1, as an operator and as its inverse") {
  constexpr std::int64_t m = 500, n = 6;
  constexpr double rho = 0.7;
  RandomSource random(1);
  const Matrix<double> a = with_condition(m, n, 1e3, random);
  Matrix<double> b(m, 2);
  for (double& entry : b.entries()) entry = random.normal();
  Matrix<double> l(m, m);  // L(i, j) = rho^(i - j)
  for (std::int64_t j = 0; j < m; ++j) {
    double power = 1;
    for (std::int64_t i = j; i < m; ++i, power *= rho) l(i, j) = power;
    for (std::int64_t i = 0; i < j; ++i) l(i, j) = 1e300;  // not to be read
  }
  const LinearOperator<double> filter{m, m,
                                      [](MatrixView<const double> x, MatrixView<double> y) {
                                        for (std::int64_t k = 0; k < x.cols; ++k)
                                          for (std::int64_t i = 0; i < x.rows; ++i)
                                            y(i, k) = x(i, k) - (i > 0 ? rho * x(i - 1, k) : 0);
                                      },
                                      nullptr};
  Matrix<double> whitened(m, n), whitened_b(m, 2);
  filter.multiply(a.view(), whitened.view());
  filter.multiply(b.view(), whitened_b.view());
  const auto expected = least_squares(whitened, whitened_b);
  Matrix<double> l_by_rows(m, m, Layout::row_major);
  for (std::int64_t j = 0; j < m; ++j)
    for (std::int64_t i = 0; i < m; ++i) l_by_rows(i, j) = l(i, j);
  const LeastSquaresFit<double> fits[] = {generalized_least_squares(a, b, l.view()),
                                          generalized_least_squares(a, b, l_by_rows.view()),
                                          generalized_least_squares(a, b, filter)};
  for (const auto& fit : fits) {
    CHECK(fit.status == Status::converged);
    for (std::int64_t k = 0; k < 2; ++k)
      for (std::int64_t j = 0; j < n; ++j) CHECK(fit.x(j, k) == doctest::Approx(expected.x(j, k)).epsilon(1e-9));
    CHECK(fit.residual_norm[0] == doctest::Approx(expected.residual_norm[0]).epsilon(1e-12));
  }
}

TEST_CASE("What cannot be a factor of a covariance") {
  const Matrix<double> a(5, 2), b(5, 1);
  CHECK_THROWS_AS((void)generalized_least_squares(a, b, Matrix<double>(4, 4).view()), ShapeError);
  Matrix<double> l(5, 5);
  for (std::int64_t i = 0; i < 5; ++i) l(i, i) = i == 3 ? 0 : 1;
  std::string message;
  try {
    (void)generalized_least_squares(a, b, l.view());
  } catch (const InvalidOption& error) {
    message = error.what();
  }
  CHECK(message.find("L(3, 3)") != std::string::npos);
  CHECK_THROWS_AS((void)generalized_least_squares(a, b, LinearOperator<double>{5, 5, nullptr, nullptr}), InvalidOption);
}
