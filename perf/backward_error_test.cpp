// The measure that timings are judged by agrees with the exact one of the tests.
#include "perf/backward_error.hpp"

#include <doctest/doctest.h>

#include "tests/support/backward_error.hpp"
#include "tests/support/lapack_reference.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;

TEST_CASE("the backward error of good and of spoilt solutions, against the exact value") {
  test::RandomSource random(1);
  for (const double condition : {1e1, 1e6, 1e12}) {
    CAPTURE(condition);
    const Matrix<double> a = test::with_condition(300, 20, condition, random);
    const Matrix<double> b = test::right_hand_side(a, 0.5, random);
    const perf::BackwardErrorMeasure measure(a);
    const test::BackwardErrorMeasure<double> exact(a.view());
    for (const double spoil : {0.0, 1e-12, 1e-6}) {
      CAPTURE(spoil);
      Matrix<double> x = test::solve_by_qr<double>(a, b);
      for (double& entry : x.entries()) entry *= 1 + spoil * random.normal();
      // The estimate is at most sqrt(2) below the exact value. Its double-precision R and rounded residual add up to a
      // few units of roundoff, which only matter where the backward error is itself of that size.
      const double truth = exact.exact(x.entries(), b.entries()), estimate = measure.worst(x, b);
      CHECK(estimate > 0.7 * truth - 1e-17);
      CHECK(estimate < 1.01 * truth + 1e-17);
    }
  }
}
