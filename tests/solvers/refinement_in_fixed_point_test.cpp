// Iterating on a copy of A in fixed point: to the accuracy of iterating on A, where the copy is near enough, and on A
// where it is not.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "linalg/parallel.hpp"
#include "solvers/factor_sketch.hpp"
#include "solvers/refinement.hpp"
#include "solvers/stored_matrix.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

struct Solution {
  Attempt<double> attempt;
  LeastSquaresReport report;
};

Solution solve(const Matrix<double>& a, const Matrix<double>& b, Products products) {
  const LeastSquaresOptions options;
  const StoredMatrix<double> matrix{AnyMatrixView<double>(a)};
  const auto problem = make_problem<double>(matrix, b.view(), options);
  const AnySketch sketch = SparseSign{.rows = 4 * a.cols(), .cols = a.rows(), .nonzeros = 8, .seed = 1};
  Solution solution;
  const auto f = factor_sketch<double>(matrix, problem.b.view(), sketch, 0, solution.report);
  REQUIRE(f.outcome == AttemptOutcome::solved);
  solution.attempt =
      attempt_from(problem, *f.factorization, f.coordinates, Refine::to_target, solution.report, products);
  return solution;
}

double exact_backward_error(const BackwardErrorMeasure<double>& measure, const Solution& solution,
                            const Matrix<double>& b) {
  // The problem's b is the user's divided by a power of two, and so is its x.
  double largest = 0;
  for (const double entry : b.entries()) largest = std::max(largest, std::abs(entry));
  int exponent = 0;
  std::frexp(largest, &exponent);
  std::vector<double> x;
  for (const double entry : solution.attempt.point.x.entries()) x.push_back(std::ldexp(entry, exponent));
  return measure.exact(x, b.entries());
}

}  // namespace

TEST_CASE("As accurate as on A itself, from well conditioned to where the copy is too far from A") {
  RandomSource random(1);
  for (const double condition : {1e1, 1e5, 1e8, 3e9, 1e12}) {
    for (const double residual : {0.0, 1e-6, 1.0}) {
      CAPTURE(condition);
      CAPTURE(residual);
      const Matrix<double> a = with_condition(3000, 30, condition, random);
      const Matrix<double> b = right_hand_side(a, residual, random);
      const BackwardErrorMeasure<double> measure(a.view());
      const Solution on_a = solve(a, b, Products::with_matrix);
      const Solution on_copy = solve(a, b, Products::in_fixed_point);
      CHECK(on_a.attempt.outcome == AttemptOutcome::solved);
      CHECK(on_copy.attempt.outcome == AttemptOutcome::solved);
      // Both end at the same target.
      CHECK(exact_backward_error(measure, on_copy, b) <= 2 * std::max(exact_backward_error(measure, on_a, b), 2.8e-17));
      // A pass over the copy costs half of one over A: there must be less than twice as many.
      CHECK(on_copy.report.passes <= 1.7 * on_a.report.passes);
    }
  }
}

TEST_CASE("Entries that fixed point loses are no harm") {
  RandomSource random(2);
  Matrix<double> a = with_condition(4096, 20, 1e4, random);
  // One in 64 rows is so large that of the others a few bits are left: all that distinguishes the columns.
  for (std::int64_t i = 0; i < a.rows(); i += 64)
    for (std::int64_t j = 0; j < a.cols(); ++j) a(i, j) = 1e9;
  const Matrix<double> b = right_hand_side(a, 1e-3, random);
  const Solution on_a = solve(a, b, Products::with_matrix);
  const Solution on_copy = solve(a, b, Products::in_fixed_point);
  CHECK(on_a.attempt.outcome == AttemptOutcome::solved);
  CHECK(on_copy.attempt.outcome == AttemptOutcome::solved);
  CHECK(on_copy.attempt.point.worst_backward_error() <=
        2 * std::max(on_a.attempt.point.worst_backward_error(), 2.8e-17));
}

TEST_CASE("The same bits for any number of threads") {
  RandomSource random(3);
  const Matrix<double> a = with_condition(20011, 40, 1e6, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  std::vector<double> first;
  for (const int threads : {1, 2, 3}) {
    run_with_threads(threads, [&] {
      const Solution solution = solve(a, b, Products::in_fixed_point);
      const auto entries = solution.attempt.point.x.entries();
      const std::vector<double> x(entries.begin(), entries.end());
      if (first.empty()) first = x;
      CHECK(x == first);
    });
  }
}
