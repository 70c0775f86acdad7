// The Gram matrix as preconditioner: as accurate as Householder QR where its condition number allows it, and an honest
// hand-over to a safer method where not.
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "linalg/parallel.hpp"
#include "solvers/gram_and_precondition.hpp"
#include "solvers/stored_matrix.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/lapack_reference.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

const LeastSquaresOptions by_gram{.method = LeastSquaresMethod::gram_and_precondition};

// Ten times Householder QR's backward error, or ten roundoffs where QR is luckier than one: as for the sketched method.
template <class T>
double allowed(const BackwardErrorMeasure<T>& measure, const Matrix<T>& a, const Matrix<T>& b) {
  const Matrix<T> x = solve_by_qr<T>(a, b);
  return 10 * std::max<double>(measure.exact(x.entries(), b.entries()), std::numeric_limits<T>::epsilon() / 2);
}

void check_fallback(const AnyMatrixView<double>& a, const Matrix<double>& b, const std::string& reason) {
  CAPTURE(reason);
  const auto fit = least_squares(a, b.view(), by_gram);
  CAPTURE(fit.message);
  CHECK(fit.solved());
  CHECK(fit.method != LeastSquaresMethod::gram_and_precondition);
  CHECK(fit.message.find("fell back to it because " + reason) != std::string::npos);
  CHECK((fit.status == Status::fell_back || fit.status == Status::rank_deficient));
}

}  // namespace

TEST_CASE("condition numbers up to a million, residuals of every size, both layouts") {
  RandomSource random(11);
  constexpr std::int64_t m = 3000, n = 40;
  for (const double condition : {1.0, 1e2, 1e4, 1e6}) {
    const Matrix<double> a = with_condition(m, n, condition, random);
    Matrix<double> transposed_storage(m, n, Layout::row_major);
    for (std::int64_t j = 0; j < n; ++j)
      for (std::int64_t i = 0; i < m; ++i) transposed_storage(i, j) = a(i, j);
    const Matrix<double>& by_rows = transposed_storage;
    const BackwardErrorMeasure<double> measure(a);
    for (const double residual : {0.0, 1e-6, 1.0, 1e3}) {
      const Matrix<double> b = right_hand_side(a, residual, random);
      const double most = allowed(measure, a, b);
      for (const Matrix<double>* stored : {&a, &by_rows}) {
        const auto fit = least_squares(*stored, b.view(), by_gram);
        CAPTURE(condition);
        CAPTURE(residual);
        CAPTURE(fit.message);
        CHECK(fit.status == Status::converged);
        CHECK(fit.method == LeastSquaresMethod::gram_and_precondition);
        CHECK(fit.rank == n);
        CHECK_FALSE(fit.sketch);
        CHECK(fit.passes <= 12);
        CHECK(fit.condition_estimate >= condition / 4);
        CHECK(fit.condition_estimate <= 4 * condition);
        CHECK(measure.exact(fit.x.entries(), b.entries()) <= most);
      }
    }
  }
}

TEST_CASE("float, up to a condition number of 100") {
  RandomSource random(12);
  for (const double condition : {1.0, 1e2}) {
    const Matrix<float> a = to_float(with_condition(2000, 30, condition, random));
    const Matrix<float> b = to_float(gaussian_matrix(2000, 1, random));
    const BackwardErrorMeasure<float> measure(a);
    const auto fit = least_squares(a, b.view(), by_gram);
    CAPTURE(fit.message);
    CHECK(fit.method == LeastSquaresMethod::gram_and_precondition);
    CHECK(fit.status == Status::converged);
    CHECK(measure.exact(fit.x.entries(), b.entries()) <= allowed(measure, a, b));
  }
}

TEST_CASE("a Gram matrix in float preconditions to full accuracy in double, where the condition number is small") {
  RandomSource random(18);
  constexpr std::int64_t m = 3000, n = 40;
  const auto solve_in_float = [&](const Matrix<double>& a, const Matrix<double>& b, LeastSquaresReport& report) {
    const LeastSquaresOptions options;
    const StoredMatrix<double> matrix{AnyMatrixView<double>(a)};
    const auto problem = make_problem<double>(matrix, b.view(), options);
    return gram_and_precondition(problem, GramPrecision::single, probe_condition(problem, report), report);
  };
  for (const double condition : {1.0, 10.0, 100.0}) {
    CAPTURE(condition);
    Matrix<double> a = with_condition(m, n, condition, random);
    test::scale_columns(a, -60, 60);  // squares beyond the range of float
    const Matrix<double> b = right_hand_side(a, 1.0, random);
    LeastSquaresReport report;
    const Attempt<double> attempt = solve_in_float(a, b, report);
    CHECK(attempt.outcome == AttemptOutcome::solved);
    CHECK(report.passes <= 15);
    // The point is that of the right-hand side scaled by a power of two.
    CHECK(attempt.point.worst_backward_error() <= 10 * std::numeric_limits<double>::epsilon());
  }
  LeastSquaresReport report;
  const Matrix<double> a = with_condition(m, n, 1e4, random);
  const Attempt<double> attempt = solve_in_float(a, gaussian_matrix(m, 1, random), report);
  CHECK(attempt.outcome == AttemptOutcome::rejected);
  CHECK(report.iterations == 0);
}

TEST_CASE("columns of any scale, and many right-hand sides") {
  RandomSource random(13);
  Matrix<double> a = with_condition(2500, 30, 1e3, random);
  test::scale_columns(a, -60, 60);
  const Matrix<double> b = gaussian_matrix(2500, 5, random);
  const auto fit = least_squares(a, b.view(), by_gram);
  CAPTURE(fit.message);
  CHECK(fit.method == LeastSquaresMethod::gram_and_precondition);
  CHECK(fit.status == Status::converged);
  for (std::int64_t k = 0; k < 5; ++k) {
    const auto one = least_squares(a, b.view().block(0, k, 2500, 1), by_gram);
    double difference = 0, size = 0;
    for (std::int64_t j = 0; j < 30; ++j) {
      difference = std::max(difference, std::abs(fit.x(j, k) - one.x(j, 0)) / std::abs(one.x(j, 0)));
      size = std::max(size, std::abs(one.x(j, 0)));
    }
    CHECK(size > 0);
    // Two backward stable solutions of a problem of condition number 1e3, its small coefficients included.
    CHECK(difference <= 1e-9);
  }
}

TEST_CASE("what the Gram matrix cannot do is handed on, and said") {
  RandomSource random(14);
  constexpr std::int64_t m = 3000, n = 40;
  const Matrix<double> b = gaussian_matrix(m, 1, random);
  for (const double condition : {1e8, 1e10, 1e13}) {
    CAPTURE(condition);
    const Matrix<double> a = with_condition(m, n, condition, random);
    const auto fit = least_squares(a, b.view(), by_gram);
    CAPTURE(fit.message);
    CHECK(fit.status == Status::fell_back);
    CHECK(fit.method != LeastSquaresMethod::gram_and_precondition);
    const BackwardErrorMeasure<double> measure(a);
    CHECK(measure.exact(fit.x.entries(), b.entries()) <= allowed(measure, a, b));
  }
  Matrix<double> a = gaussian_matrix(m, n, random);
  for (std::int64_t i = 0; i < m; ++i) a(i, 7) = a(i, 3);
  check_fallback(a, b, "the ");
  for (std::int64_t i = 0; i < m; ++i) a(i, 7) = 0;
  check_fallback(a, b, "the Gram matrix is not positive definite");
  // Scaled first, as a column is out of range; then there is nothing to see but its dependence.
  for (std::int64_t i = 0; i < m; ++i) a(i, 7) = 1e290 * a(i, 4) + 1e290 * a(i, 5);
  check_fallback(a, b, "the Gram matrix is not positive definite");
}

TEST_CASE("a tolerance for the rank is kept to") {
  RandomSource random(15);
  const Matrix<double> a = with_condition(3000, 20, 1e5, random);
  const Matrix<double> b = gaussian_matrix(3000, 1, random);
  const auto fit = least_squares(a, b.view(), {.method = LeastSquaresMethod::gram_and_precondition, .rcond = 1e-3});
  CAPTURE(fit.message);
  CHECK(fit.method != LeastSquaresMethod::gram_and_precondition);
  CHECK(fit.status == Status::rank_deficient);
}

TEST_CASE("NaN and infinity are a status, and a cancelled run says so") {
  RandomSource random(16);
  const Matrix<double> b = gaussian_matrix(1000, 1, random);
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Matrix<double> a = gaussian_matrix(1000, 8, random);
    a(998, 5) = bad;
    CHECK(least_squares(a, b.view(), by_gram).status == Status::non_finite_input);
  }
  // Ill conditioned, so that the solution of the normal equations is not good enough and an iteration follows.
  const Matrix<double> a = with_condition(3000, 40, 2e6, random);
  const Matrix<double> consistent = right_hand_side(a, 0.0, random);
  LeastSquaresOptions cancelling = by_gram;
  cancelling.on_iteration = [](const LeastSquaresProgress&) { return false; };
  CHECK(least_squares(a, consistent.view(), cancelling).status == Status::cancelled);
}

TEST_CASE("the same bits on 1, 2, 3 and 8 threads") {
  RandomSource random(17);
  const Matrix<double> a = with_condition(6000, 60, 1e3, random);
  const Matrix<double> b = gaussian_matrix(6000, 2, random);
  const auto first = least_squares(a, b.view(), by_gram);
  for (const int threads : {1, 2, 3, 8}) {
    std::optional<LeastSquaresFit<double>> fit;
    run_with_threads(threads, [&] { fit = least_squares(a, b.view(), by_gram); });
    CHECK(std::memcmp(fit->x.data(), first.x.data(), first.x.entries().size() * sizeof(double)) == 0);
    CHECK(fit->passes == first.passes);
  }
}
