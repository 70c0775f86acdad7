// The answer scales with the data: A in any units, b in any units, down to 1e-300 and up to 1e300.
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/support/backward_error.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

Matrix<double> times(const Matrix<double>& a, double scale) {
  Matrix<double> result = a;
  for (double& entry : result.entries()) entry *= scale;
  return result;
}

}  // namespace

TEST_CASE("Scaled A and scaled b") {
  RandomSource random(1);
  const Matrix<double> a = with_condition(3000, 20, 1e6, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  struct Scales {
    double a, b;
  };
  for (const Scales scale :
       {Scales{1e-14, 1}, Scales{1, 1e-10}, Scales{1e-14, 1e-10}, Scales{1e-300, 1}, Scales{1e300, 1},
        Scales{1, 1e-290}, Scales{1, 1e300}, Scales{1e-300, 1e-290}, Scales{1e300, 1e300}, Scales{1e150, 1e-150}}) {
    const Matrix<double> scaled_a = times(a, scale.a);
    const Matrix<double> scaled_b = times(b, scale.b);
    const BackwardErrorMeasure<double> measure(scaled_a);
    for (const LeastSquaresMethod method :
         {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct, LeastSquaresMethod::automatic}) {
      CAPTURE(scale.a);
      CAPTURE(scale.b);
      CAPTURE(to_string(method));
      const auto fit = least_squares(scaled_a, scaled_b, {.method = method});
      CAPTURE(fit.message);
      CHECK(fit.status == Status::converged);
      CHECK(fit.rank == 20);
      // A few roundoffs, as for the unscaled problem.
      CHECK(measure.exact(fit.x.entries(), scaled_b.entries()) < 1e-15);
      CHECK(std::isfinite(fit.residual_norm[0]));
      CHECK(std::abs(fit.residual_norm[0] / measure.residual_norm(fit.x.entries(), scaled_b.entries()) - 1) < 1e-12);
    }
  }
}

TEST_CASE("A solution that leaves the range of its type is not called one") {
  RandomSource random(3);
  const Matrix<double> a = with_condition(3000, 20, 1e6, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  for (const LeastSquaresMethod method :
       {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct, LeastSquaresMethod::automatic}) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(times(a, 1e-200), times(b, 1e200), {.method = method});
    CAPTURE(fit.message);
    CHECK(fit.status == Status::accuracy_not_reached);
    CHECK_FALSE(fit.solved());
  }
}

TEST_CASE("Float data near the ends of float's range") {
  RandomSource random(2);
  const Matrix<double> a = with_condition(3000, 20, 1e2, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  for (const double scale_a : {1e-30, 1.0, 1e30}) {
    for (const double scale_b : {1e-3, 1.0, 1e3}) {
      const Matrix<float> scaled_a = to_float(times(a, scale_a));
      const Matrix<float> scaled_b = to_float(times(b, scale_b));
      const BackwardErrorMeasure<float> measure(scaled_a);
      for (const LeastSquaresMethod method :
           {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct}) {
        CAPTURE(scale_a);
        CAPTURE(scale_b);
        CAPTURE(to_string(method));
        const auto fit = least_squares(scaled_a, scaled_b, {.method = method});
        CAPTURE(fit.message);
        CHECK(fit.status == Status::converged);
        // Ten roundoffs of float.
        CHECK(measure.exact(fit.x.entries(), scaled_b.entries()) < 10 * 6e-8);
      }
    }
  }
}
