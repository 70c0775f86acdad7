// Seen elsewhere: arrays of length m on the stack overflow it at 1.3 million rows.
#include <doctest/doctest.h>

#include <cmath>

#include <croquis/solvers/least_squares.hpp>

#include "tests/support/random.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("1.3 million rows") {
  constexpr std::int64_t m = 1300000;
  RandomSource random(1);
  // Columns 1 and t - 1/2, which are orthogonal up to the end points, and b on a line: x is known.
  Matrix<double> a(m, 2);
  Matrix<double> b(m, 1);
  for (std::int64_t i = 0; i < m; ++i) {
    a(i, 0) = 1;
    a(i, 1) = static_cast<double>(i) / (m - 1) - 0.5;
    b(i, 0) = 3 * a(i, 0) - 2 * a(i, 1);
  }
  for (const LeastSquaresMethod method :
       {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct, LeastSquaresMethod::automatic}) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(a, b, {.method = method});
    CAPTURE(fit.message);
    CHECK(fit.solved());
    CHECK(std::abs(fit.x(0, 0) - 3) < 1e-13);
    CHECK(std::abs(fit.x(1, 0) + 2) < 1e-13);
  }
}
