// Backward stability: the true backward error of sketch-and-precondition against that of LAPACK's Householder QR, for
// every sketch family, condition numbers up to 1e15 and residuals from 0 to 1000 times the fitted part.
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>

#include "tests/solvers/every_family.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/lapack_reference.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr double roundoff = std::numeric_limits<double>::epsilon() / 2;

// Ten times xGELS, as the solver is said to be as accurate as Householder QR. Where that is luckier than a roundoff
// (large residuals, where few digits of b matter), a roundoff is what counts: it is the solver's default tolerance,
// and less than the rounding of the data itself.
double allowed(const BackwardErrorMeasure<double>& measure, const Matrix<double>& a, const Matrix<double>& b) {
  const Matrix<double> x = solve_by_qr<double>(a, b);
  return 10 * std::max(measure.exact(x.entries(), b.entries()), roundoff);
}

void check_every_family(const LeastSquaresProblem& problem) {
  CAPTURE(problem.name);
  const std::int64_t m = problem.a.rows();
  const std::int64_t n = problem.a.cols();
  const BackwardErrorMeasure<double> measure(problem.a);
  const double most = allowed(measure, problem.a, problem.b);
  for (const AnySketch& sketch : every_family(m, n, 20)) {
    CAPTURE(to_string(sketch));
    const auto fit =
        least_squares(problem.a, problem.b, {.method = LeastSquaresMethod::sketch_and_precondition, .sketch = sketch});
    CAPTURE(fit.message);
    CHECK(fit.solved());
    CHECK(measure.exact(fit.x.entries(), problem.b.entries()) <= most);
  }
}

}  // namespace

TEST_CASE("Every family, condition number and residual size") {
  RandomSource random(1);
  constexpr std::int64_t m = 4000, n = 50;
  for (const double condition : {1.0, 1e4, 1e8, 1e12, 1e15}) {
    const Matrix<double> a = with_condition(m, n, condition, random);
    const BackwardErrorMeasure<double> measure(a);
    for (const double residual : {0.0, 1e-6, 1.0, 1e3}) {
      const Matrix<double> b = right_hand_side(a, residual, random);
      const double most = allowed(measure, a, b);
      for (const AnySketch& sketch : every_family(m, n, 10)) {
        CAPTURE(condition);
        CAPTURE(residual);
        CAPTURE(to_string(sketch));
        const auto fit = least_squares(a, b, {.method = LeastSquaresMethod::sketch_and_precondition, .sketch = sketch});
        CAPTURE(fit.message);
        CHECK(fit.solved());
        // Incoherent matrices: a sketch of this size never needs the direct method.
        CHECK(fit.method == LeastSquaresMethod::sketch_and_precondition);
        CHECK(measure.exact(fit.x.entries(), b.entries()) <= most);
      }
    }
  }
}

TEST_CASE("Leverage in few rows") {
  for (const double residual : {1e-6, 1.0, 1e3}) {
    CAPTURE(residual);
    for (const LeastSquaresProblem& problem : coherent_problems(4000, 50, residual, 2)) check_every_family(problem);
  }
}

TEST_CASE("Vandermonde, Hilbert, Kahan and Lauchli matrices") {
  for (const double residual : {0.0, 1.0}) {
    CAPTURE(residual);
    for (const LeastSquaresProblem& problem : structured_problems(4000, residual, 3)) check_every_family(problem);
  }
}

TEST_CASE("Columns scaled from 1e-150 to 1e150") {
  RandomSource random(4);
  for (const double condition : {1.0, 1e8}) {
    for (const double residual : {1e-6, 1.0}) {
      CAPTURE(condition);
      CAPTURE(residual);
      LeastSquaresProblem problem{"scaled columns", with_condition(4000, 50, condition, random), {}};
      problem.b = right_hand_side(problem.a, residual, random);
      scale_columns(problem.a, -150, 150);
      check_every_family(problem);
    }
  }
}

TEST_CASE("The automatic sketch and the automatic method, 20000 x 100") {
  RandomSource random(5);
  for (const double condition : {1e4, 1e12}) {
    const Matrix<double> a = with_condition(20000, 100, condition, random);
    const BackwardErrorMeasure<double> measure(a);
    for (const double residual : {1e-6, 1e3}) {
      const Matrix<double> b = right_hand_side(a, residual, random);
      const double most = allowed(measure, a, b);
      for (const LeastSquaresMethod method :
           {LeastSquaresMethod::automatic, LeastSquaresMethod::direct, LeastSquaresMethod::sketch_and_precondition}) {
        CAPTURE(condition);
        CAPTURE(residual);
        CAPTURE(to_string(method));
        const auto fit = least_squares(a, b, {.method = method});
        CAPTURE(fit.message);
        CHECK(fit.status == Status::converged);
        CHECK(measure.exact(fit.x.entries(), b.entries()) <= most);
      }
    }
  }
}

TEST_CASE("Every seed and every sketch size from two rows per column: no bad luck among a hundred draws") {
  RandomSource random(6);
  const Matrix<double> a = with_condition(2000, 20, 1e10, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  const BackwardErrorMeasure<double> measure(a);
  const double most = allowed(measure, a, b);
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    for (const std::int64_t rows : {40, 80, 160, 400}) {
      CAPTURE(seed);
      CAPTURE(rows);
      const auto fit = least_squares(
          a, b, {.method = LeastSquaresMethod::sketch_and_precondition, .sketch_rows = rows, .seed = seed});
      CAPTURE(fit.message);
      CHECK(fit.solved());
      CHECK(measure.exact(fit.x.entries(), b.entries()) <= most);
    }
  }
}
