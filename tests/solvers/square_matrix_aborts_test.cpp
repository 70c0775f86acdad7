// Seen elsewhere: a square matrix, which leaves no room for a sketch with more rows than columns, aborts the program.
#include <doctest/doctest.h>

#include <croquis/solvers/least_squares.hpp>

#include "tests/support/backward_error.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("A square system is solved by every method") {
  RandomSource random(1);
  for (const std::int64_t n : {2, 17, 90}) {
    const Matrix<double> a = with_condition(n, n, 1e3, random);
    const Matrix<double> b = right_hand_side(a, 0, random);
    const BackwardErrorMeasure<double> measure(a);
    for (const LeastSquaresMethod method :
         {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct, LeastSquaresMethod::automatic}) {
      CAPTURE(n);
      CAPTURE(to_string(method));
      const auto fit = least_squares(a, b, {.method = method});
      CHECK(fit.solved());
      CHECK(measure.exact(fit.x.entries(), b.entries()) < 2e-15);
    }
  }
}
