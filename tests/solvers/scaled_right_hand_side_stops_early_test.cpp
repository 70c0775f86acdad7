// Seen elsewhere: an absolute tolerance for the gradient accepts the first point when b is scaled by 1e-10, with a
// residual 1.4 times the optimum.
#include <doctest/doctest.h>

#include <cmath>

#include <croquis/solvers/least_squares.hpp>

#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("b scaled by 1e-10 is solved as well as b") {
  RandomSource random(1);
  const Matrix<double> a = with_condition(4000, 40, 1e3, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  for (const LeastSquaresMethod method :
       {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct, LeastSquaresMethod::automatic}) {
    CAPTURE(to_string(method));
    const auto expected = least_squares(a, b, {.method = method});
    Matrix<double> tiny = b;
    for (double& entry : tiny.entries()) entry *= 1e-10;
    const auto fit = least_squares(a, tiny, {.method = method});
    CHECK(fit.status == Status::converged);
    CHECK(std::abs(fit.residual_norm[0] / (1e-10 * expected.residual_norm[0]) - 1) < 1e-13);
    CHECK(fit.backward_error[0] < 1e-15);
  }
}
