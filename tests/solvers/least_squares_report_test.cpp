// What the report says is true: norms, backward error, rank, condition number, passes, method and sketch.
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "linalg/blas.hpp"
#include "solvers/conclude.hpp"
#include "tests/solvers/every_family.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr double roundoff = std::numeric_limits<double>::epsilon() / 2;

constexpr LeastSquaresMethod methods[] = {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct,
                                          LeastSquaresMethod::automatic, LeastSquaresMethod::sketch_and_solve};

double frobenius_norm(const Matrix<double>& a) { return norm2(a.rows() * a.cols(), a.data()); }

}  // namespace

TEST_CASE("Norms are those of the data as given") {
  RandomSource random(1);
  for (const double scale : {0.0, 30.0}) {
    for (const double residual : {0.0, 1e-6, 1.0, 1e3}) {
      Matrix<double> a = with_condition(2000, 20, 1e5, random);
      const Matrix<double> b = right_hand_side(a, residual, random);
      scale_columns(a, -scale, scale);
      const BackwardErrorMeasure<double> measure(a);
      for (const LeastSquaresMethod method : methods) {
        CAPTURE(scale);
        CAPTURE(residual);
        CAPTURE(to_string(method));
        const auto fit = least_squares(a, b, {.method = method});
        REQUIRE(fit.residual_norm.size() == 1);
        REQUIRE(fit.gradient_norm.size() == 1);
        // b - A x in double is off by a few roundoffs of |b| + |A| |x|, and A^T times that follows.
        double size = frobenius_norm(b);
        for (std::int64_t j = 0; j < 20; ++j) size += norm2(2000, &a(0, j)) * std::abs(fit.x(j, 0));
        const double noise = 20 * roundoff * size;
        const double r = measure.residual_norm(fit.x.entries(), b.entries());
        const double g = measure.gradient_norm(fit.x.entries(), b.entries());
        CHECK(std::abs(fit.residual_norm[0] - r) <= 1e-12 * r + noise);
        CHECK(std::abs(fit.gradient_norm[0] - g) <= 1e-12 * g + noise * frobenius_norm(a));
      }
    }
  }
}

TEST_CASE("The backward error is within a factor of 3 of the true one, at every accuracy") {
  // Karlson-Walden is at most sqrt(2) low; a sketch of distortion 1/2 may add a factor 2. Below ten roundoffs the
  // rounding of the residual itself shows, in double, and either may be the larger.
  RandomSource random(2);
  for (const double condition : {1.0, 1e6, 1e12}) {
    for (const double residual : {1e-3, 1.0, 1e2}) {
      const Matrix<double> a = with_condition(3000, 25, condition, random);
      const Matrix<double> b = right_hand_side(a, residual, random);
      const BackwardErrorMeasure<double> measure(a);
      for (const LeastSquaresMethod method : methods) {
        for (const double tolerance : {0.0, 1e-10, 1e-5}) {
          CAPTURE(condition);
          CAPTURE(residual);
          CAPTURE(tolerance);
          CAPTURE(to_string(method));
          const auto fit = least_squares(a, b, {.method = method, .tolerance = tolerance});
          CAPTURE(fit.message);
          REQUIRE(fit.backward_error.size() == 1);
          const double exact = measure.exact(fit.x.entries(), b.entries());
          CHECK(fit.backward_error[0] <= 3 * exact + 10 * roundoff);
          CHECK(fit.backward_error[0] >= exact / 3 - 10 * roundoff);
          CHECK(fit.worst_backward_error() == fit.backward_error[0]);
          if (fit.status == Status::converged) CHECK(exact <= 3 * std::max(tolerance, 10 * roundoff));
        }
      }
    }
  }
}

TEST_CASE("A looser tolerance takes fewer passes, and is reached") {
  RandomSource random(3);
  const Matrix<double> a = with_condition(3000, 25, 1e3, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  const BackwardErrorMeasure<double> measure(a);
  std::int64_t passes = 0;
  for (const double tolerance : {1e-3, 1e-8, 0.0}) {
    CAPTURE(tolerance);
    const auto fit =
        least_squares(a, b, {.method = LeastSquaresMethod::sketch_and_precondition, .tolerance = tolerance});
    CHECK(fit.status == Status::converged);
    CHECK(fit.passes > passes);
    CHECK(measure.exact(fit.x.entries(), b.entries()) <= 3 * std::max(tolerance, 10 * roundoff));
    passes = fit.passes;
  }
}

TEST_CASE("The condition estimate is that of the column-scaled matrix, within a factor of 10") {
  // From R of a sketch: its distortion costs a factor 3 at four rows per column; the diagonal of a pivoted R may
  // underestimate further.
  RandomSource random(4);
  for (const double condition : {1.0, 1e3, 1e7, 1e12}) {
    Matrix<double> a = with_condition(2000, 20, condition, random);
    const Matrix<double> b = right_hand_side(a, 1.0, random);
    scale_columns(a, -20, 20);
    const double truth = BackwardErrorMeasure<double>(a).condition();
    for (const LeastSquaresMethod method : methods) {
      CAPTURE(condition);
      CAPTURE(to_string(method));
      const auto fit = least_squares(a, b, {.method = method});
      CHECK(fit.condition_estimate >= std::max(1.0, truth / 10));
      CHECK(fit.condition_estimate <= truth * 10);
      CHECK(fit.rank == 20);
    }
  }
}

TEST_CASE("Method, sketch, counts and times") {
  RandomSource random(5);
  const Matrix<double> a = with_condition(3000, 25, 1e3, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);

  const auto direct = least_squares(a, b, {.method = LeastSquaresMethod::direct});
  CHECK(direct.method == LeastSquaresMethod::direct);
  CHECK(direct.status == Status::converged);
  CHECK_FALSE(direct.sketch.has_value());
  CHECK(direct.iterations == 0);
  CHECK(direct.passes >= 1);

  const auto automatic = least_squares(a, b);
  CHECK(automatic.method != LeastSquaresMethod::automatic);
  CHECK(automatic.status == Status::converged);

  for (const AnySketch& sketch : every_family(3000, 25, 6)) {
    CAPTURE(to_string(sketch));
    const auto fit = least_squares(a, b, {.method = LeastSquaresMethod::sketch_and_precondition, .sketch = sketch});
    CHECK(fit.method == LeastSquaresMethod::sketch_and_precondition);
    CHECK(fit.sketch == sketch);
    CHECK(fit.iterations > 0);
    // The sketch and each iteration read A at least once.
    CHECK(fit.passes > fit.iterations);
    // Two refinements to a roundoff with a preconditioned condition number of about 3 take some 40 passes.
    CHECK(fit.passes < 100);
    CHECK_FALSE(fit.message.empty());
    CHECK(fit.message.find('\n') == std::string::npos);
    CHECK(fit.seconds.total > 0);
    CHECK(fit.seconds.sketch + fit.seconds.factor + fit.seconds.iterate <= fit.seconds.total * 1.001);
  }

  const auto own =
      least_squares(a, b, {.method = LeastSquaresMethod::sketch_and_precondition, .sketch_rows = 200, .seed = 77});
  REQUIRE(own.sketch.has_value());
  CHECK(own.sketch->family() == SketchFamily::sparse_sign);
  CHECK(own.sketch->rows() == 200);
  CHECK(own.sketch->cols() == 3000);
  CHECK(own.sketch->seed() == 77);
  CHECK(own.sketch->nonzeros() == 8);
}

TEST_CASE("Sketch and solve is a preview, off by the distortion and not more") {
  RandomSource random(7);
  const Matrix<double> a = with_condition(3000, 25, 1e6, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  const BackwardErrorMeasure<double> measure(a);
  const auto best = least_squares(a, b);
  for (const AnySketch& sketch : every_family(3000, 25, 8)) {
    CAPTURE(to_string(sketch));
    const auto fit = least_squares(a, b, {.method = LeastSquaresMethod::sketch_and_solve, .sketch = sketch});
    CHECK(fit.status == Status::preview);
    CHECK(fit.solved());
    CHECK(fit.method == LeastSquaresMethod::sketch_and_solve);
    CHECK(fit.sketch == sketch);
    CHECK(fit.iterations == 0);
    // d = 4n: the excess of the squared residual is about n / (d - n) = 1/3.
    CHECK(fit.residual_norm[0] >= best.residual_norm[0] * (1 - 1e-12));
    CHECK(fit.residual_norm[0] <= best.residual_norm[0] * 1.5);
    // And it is a preview indeed.
    CHECK(measure.exact(fit.x.entries(), b.entries()) > 1e-9);
  }
}

TEST_CASE("A sketch that loses part of the range: another, then the direct method, and the report says so") {
  RandomSource random(9);
  const Matrix<double> b = gaussian_matrix(3000, 1, random);
  // All the weight of A is in 25 rows, of which some collide in any 25 rows of a CountSketch.
  Matrix<double> a(3000, 25);
  for (std::int64_t j = 0; j < 25; ++j) a(j, j) = 1 + static_cast<double>(j);
  for (const LeastSquaresMethod method :
       {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::sketch_and_solve}) {
    CAPTURE(to_string(method));
    const auto fit =
        least_squares(a, b, {.method = method, .sketch = CountSketch{.rows = 25, .cols = 3000, .seed = 1}});
    CAPTURE(fit.message);
    CHECK(fit.status == Status::fell_back);
    CHECK(fit.solved());
    CHECK(fit.method == LeastSquaresMethod::direct);
    CHECK(fit.message.find("fell back") != std::string::npos);
    CHECK(fit.rank == 25);
    CHECK(BackwardErrorMeasure<double>(a).exact(fit.x.entries(), b.entries()) < 1e-15);
  }
}

TEST_CASE("Asking for a sketch is asking for the method that uses it") {
  RandomSource random(10);
  const Matrix<double> a = with_condition(300, 25, 1e3, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  CHECK(least_squares(a, b).method == LeastSquaresMethod::direct);
  CHECK(least_squares(a, b, {.sketch_rows = 100}).method == LeastSquaresMethod::sketch_and_precondition);
  CHECK(least_squares(a, b, {.sketch = Gaussian{.rows = 100, .cols = 300}}).method ==
        LeastSquaresMethod::sketch_and_precondition);
}

TEST_CASE("Words for methods and statuses") {
  CHECK(to_string(LeastSquaresMethod::automatic) == "automatic");
  CHECK(to_string(LeastSquaresMethod::sketch_and_precondition) == "sketch-and-precondition");
  CHECK(to_string(LeastSquaresMethod::direct) == "direct");
  CHECK(to_string(LeastSquaresMethod::sketch_and_solve) == "sketch-and-solve");
  CHECK(to_string(LeastSquaresMethod::gram_and_precondition) == "gram-and-precondition");
  CHECK(to_string(Status::converged) == "converged");
  CHECK(to_string(Status::rank_deficient) == "rank_deficient");
  CHECK(to_string(Status::fell_back) == "fell_back");
  CHECK(to_string(Status::preview) == "preview");
  CHECK(to_string(Status::iteration_limit) == "iteration_limit");
  CHECK(to_string(Status::non_finite_input) == "non_finite_input");
  CHECK(to_string(Status::cancelled) == "cancelled");
  CHECK(to_string(Status::accuracy_not_reached) == "accuracy_not_reached");
}

TEST_CASE("Only answers count as solved") {
  LeastSquaresReport report;
  CHECK_FALSE(report.solved());
  for (const Status status : {Status::converged, Status::rank_deficient, Status::fell_back, Status::preview}) {
    report.status = status;
    CHECK(report.solved());
  }
  for (const Status status :
       {Status::iteration_limit, Status::non_finite_input, Status::cancelled, Status::accuracy_not_reached}) {
    report.status = status;
    CHECK_FALSE(report.solved());
  }
  CHECK(report.worst_backward_error() == 0);
  report.backward_error = {1e-16, 3e-3, 2.0e-5};
  CHECK(report.worst_backward_error() == 3e-3);
}

TEST_CASE("Numbers in messages have the two digits that printf gives them") {
  RandomSource random(5);
  std::vector<double> values = {0,      1,     9.5,    9.949,  9.951, 0.125, 0.375, 99.5, 1e-30,  1e30,
                                5e-324, 1e300, 2.5e-3, 0.9999, 1e23,  1e-9,  12345, 1e22, 0.0625, 9.95e-5};
  for (int k = 0; k < 2000; ++k) values.push_back(std::exp(75 * random.normal() / 2));
  for (const double value : values) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1e", value);
    CHECK(scientific(value) == text);
  }
}
