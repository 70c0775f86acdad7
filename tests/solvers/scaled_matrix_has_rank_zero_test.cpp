// Seen elsewhere: an absolute tolerance for the rank makes A scaled by 1e-14 the zero matrix, and x = 0.
#include <doctest/doctest.h>

#include <cmath>

#include <croquis/solvers/least_squares.hpp>

#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("A scaled by 1e-14 keeps its rank, and x scales by 1e14") {
  RandomSource random(1);
  Matrix<double> a = with_condition(4000, 20, 100, random);
  const Matrix<double> b = right_hand_side(a, 1e-3, random);
  for (const LeastSquaresMethod method :
       {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct, LeastSquaresMethod::automatic}) {
    CAPTURE(to_string(method));
    const auto expected = least_squares(a, b, {.method = method});
    Matrix<double> tiny = a;
    for (double& entry : tiny.entries()) entry *= 1e-14;
    const auto fit = least_squares(tiny, b, {.method = method});
    CHECK(fit.status == Status::converged);
    CHECK(fit.rank == 20);
    for (std::int64_t j = 0; j < 20; ++j)
      CHECK(std::abs(fit.x(j, 0) * 1e-14 - expected.x(j, 0)) <= 1e-11 * std::abs(expected.x(j, 0)) + 1e-13);
  }
}
