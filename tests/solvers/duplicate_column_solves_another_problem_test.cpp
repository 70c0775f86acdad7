// Seen elsewhere: a duplicate column without pivoting runs thousands of iterations to a residual below the optimum's,
// the residual of another problem.
#include <doctest/doctest.h>

#include <cmath>

#include <croquis/solvers/least_squares.hpp>

#include "tests/support/lapack_reference.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("A duplicate column changes neither the residual nor much of the time") {
  RandomSource random(1);
  const Matrix<double> a = gaussian_matrix(4000, 20, random);
  const Matrix<double> b = gaussian_matrix(4000, 1, random);
  Matrix<double> with_duplicate(4000, 21);
  for (std::int64_t j = 0; j < 21; ++j)
    for (std::int64_t i = 0; i < 4000; ++i) with_duplicate(i, j) = a(i, j == 20 ? 3 : j);
  for (const LeastSquaresMethod method :
       {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct, LeastSquaresMethod::automatic}) {
    CAPTURE(to_string(method));
    const auto expected = least_squares(a, b, {.method = method});
    const auto fit = least_squares(with_duplicate, b, {.method = method});
    CHECK(fit.status == Status::rank_deficient);
    CHECK(fit.rank == 20);
    CHECK(fit.iterations <= 100);
    CHECK(std::abs(fit.residual_norm[0] / expected.residual_norm[0] - 1) < 1e-13);
    // The reported residual is that of the x returned.
    double square = 0;
    for (std::int64_t i = 0; i < 4000; ++i) {
      double r = b(i, 0);
      for (std::int64_t j = 0; j < 21; ++j) r -= with_duplicate(i, j) * fit.x(j, 0);
      square += r * r;
    }
    CHECK(std::abs(std::sqrt(square) / fit.residual_norm[0] - 1) < 1e-12);
  }
}
