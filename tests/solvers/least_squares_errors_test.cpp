// What is refused, what is reported, and what is left as it was: mistakes in the call, NaN and infinity, cancelled and
// limited iterations, and the user's BLAS threads.
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/blas.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr LeastSquaresMethod methods[] = {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct,
                                          LeastSquaresMethod::automatic, LeastSquaresMethod::sketch_and_solve};

constexpr double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

// The message of the exception of type E that the call throws.
template <class E, class A, class B>
std::string error(const A& a, const B& b, const LeastSquaresOptions& options = {}) {
  try {
    (void)least_squares(a, b, options);
  } catch (const E& caught) {
    return caught.what();
  }
  return "no error";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

struct Problem {
  Matrix<double> a;
  Matrix<double> b;
};

Problem well_conditioned(std::int64_t m, std::int64_t n) {
  RandomSource random(1);
  Problem problem{with_condition(m, n, 10, random), {}};
  problem.b = right_hand_side(problem.a, 1.0, random);
  return problem;
}

}  // namespace

TEST_CASE("Shapes that do not fit: both are named") {
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const std::string rows = error<ShapeError>(Matrix<double>(30, 4), Matrix<double>(29, 2), {.method = method});
    CHECK(contains(rows, "30 x 4"));
    CHECK(contains(rows, "29 x 2"));
    const std::string span = error<ShapeError>(Matrix<double>(30, 4), std::vector<double>(31), {.method = method});
    CHECK(contains(span, "30 x 4"));
    CHECK(contains(span, "31"));
  }
}

TEST_CASE("Views that are not well formed") {
  std::vector<double> memory(30);
  const MatrixView<const double> short_columns{memory.data(), 10, 3, 9, Layout::column_major};
  CHECK(contains(error<ShapeError>(short_columns, Matrix<double>(10, 1)), "leading dimension 9"));
  CHECK(contains(error<ShapeError>(Matrix<double>(10, 1), short_columns), "leading dimension 9"));
  const std::vector<std::int32_t> start = {0, 1, 2}, column = {0, 5};
  const CsrView<double, std::int32_t> outside{2, 2, start.data(), column.data(), memory.data()};
  CHECK(contains(error<ShapeError>(outside, Matrix<double>(2, 1)), "column[1] = 5"));
}

TEST_CASE("Options out of range: the option and its value are named") {
  const auto [a, b] = well_conditioned(100, 5);
  struct Case {
    LeastSquaresOptions options;
    std::string name;
  };
  const Case cases[] = {
      {{.sketch_rows = -1}, "sketch_rows"},
      {{.method = LeastSquaresMethod::sketch_and_precondition, .sketch_rows = 4}, "sketch_rows"},
      {{.tolerance = -1e-3}, "tolerance"},
      {{.tolerance = not_a_number}, "tolerance"},
      {{.tolerance = infinity}, "tolerance"},
      {{.iteration_limit = -1}, "iteration_limit"},
      {{.rcond = -1e-3}, "rcond"},
      {{.rcond = not_a_number}, "rcond"},
      {{.rcond = 1.5}, "rcond"},
      {{.method = LeastSquaresMethod::sketch_and_precondition, .sketch = Gaussian{.rows = 4, .cols = 100}}, "sketch"},
      {{.method = LeastSquaresMethod::sketch_and_precondition,
        .sketch = SparseSign{.rows = 20, .cols = 100, .nonzeros = 21}},
       "nonzeros"},
      {{.sketch = Gaussian{.rows = 20, .cols = 100}, .sketch_rows = 20}, "sketch_rows"},
      {{.method = static_cast<LeastSquaresMethod>(17)}, "method"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.name);
    CHECK(contains(error<InvalidOption>(a, b, one.options), one.name));
  }
}

TEST_CASE("A sketch for another number of rows") {
  const auto [a, b] = well_conditioned(100, 5);
  const std::string message = error<Error>(
      a, b, {.method = LeastSquaresMethod::sketch_and_precondition, .sketch = SparseSign{.rows = 20, .cols = 99}});
  CHECK(contains(message, "99"));
  CHECK(contains(message, "100"));
}

TEST_CASE("NaN and infinity anywhere are a status, and x stays empty") {
  for (const LeastSquaresMethod method : methods) {
    for (const double bad : {not_a_number, infinity, -infinity}) {
      for (const std::int64_t place : {0, 1, 777, 2999}) {
        CAPTURE(to_string(method));
        CAPTURE(bad);
        CAPTURE(place);
        Problem problem = well_conditioned(3000, 6);
        problem.b(place, 0) = bad;
        const auto in_b = least_squares(problem.a, problem.b, {.method = method});
        CHECK(in_b.status == Status::non_finite_input);
        CHECK_FALSE(in_b.solved());
        CHECK(contains(in_b.message, "B"));
        CHECK(in_b.x.entries().empty());

        problem = well_conditioned(3000, 6);
        problem.a(place, place % 6) = bad;
        const auto in_a = least_squares(problem.a, problem.b, {.method = method});
        CHECK(in_a.status == Status::non_finite_input);
        CHECK(contains(in_a.message, "A"));
        CHECK(in_a.x.entries().empty());
      }
    }
    CAPTURE(to_string(method));
    // The last entry of all, and a sparse matrix.
    Problem problem = well_conditioned(3000, 6);
    problem.a(2999, 5) = not_a_number;
    CHECK(least_squares(problem.a, problem.b, {.method = method}).status == Status::non_finite_input);
    const auto sparse = SparseMatrix<double>::from_triplets(3, 2, {{0, 0, 1.0}, {1, 1, 1.0}, {2, 1, infinity}});
    CHECK(least_squares(sparse, std::vector<double>{1, 2, 3}, {.method = method}).status == Status::non_finite_input);
    // One bad right-hand side of two.
    Problem two = well_conditioned(3000, 6);
    Matrix<double> b(3000, 2);
    b(2999, 1) = not_a_number;
    CHECK(least_squares(two.a, b, {.method = method}).status == Status::non_finite_input);
  }
}

TEST_CASE("Where nothing was solved, the message names no backward error") {
  const auto a = SparseMatrix<double>::from_triplets(2, 1, {{0, 0, 1e-305}, {1, 0, 1e-305}});
  const auto fit = least_squares(a, Matrix<double>(2, 1));
  CHECK(fit.status == Status::accuracy_not_reached);
  CHECK(fit.x.rows() == 0);
  CHECK(contains(fit.message, "out of range"));
  CHECK(!contains(fit.message, "backward error"));
}

TEST_CASE("NaN in the gap between columns is nobody's business") {
  const auto [a, b] = well_conditioned(1000, 6);
  std::vector<double> memory(1001 * 6, not_a_number);
  for (std::int64_t j = 0; j < 6; ++j)
    for (std::int64_t i = 0; i < 1000; ++i) memory[i + j * 1001] = a(i, j);
  const auto view = column_major<const double>(memory.data(), 1000, 6, 1001);
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    CHECK(least_squares(view, b, {.method = method}).solved());
  }
}

TEST_CASE("The callback sees each iteration, and can stop them") {
  const auto [a, b] = well_conditioned(3000, 20);
  std::vector<LeastSquaresProgress> seen;
  LeastSquaresOptions options{.method = LeastSquaresMethod::sketch_and_precondition};
  options.on_iteration = [&](const LeastSquaresProgress& progress) {
    seen.push_back(progress);
    return true;
  };
  const auto all = least_squares(a, b, options);
  CHECK(all.status == Status::converged);
  REQUIRE(seen.size() > 4);
  CHECK(static_cast<std::int64_t>(seen.size()) == all.iterations);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    CHECK(seen[i].iteration == static_cast<std::int64_t>(i) + 1);
    CHECK(seen[i].seconds >= 0);
    if (i > 0) CHECK(seen[i].passes > seen[i - 1].passes);
    if (i > 0) CHECK(seen[i].seconds >= seen[i - 1].seconds);
  }
  CHECK(seen.back().passes <= all.passes);
  CHECK(seen.back().backward_error < 1e-2 * seen.front().backward_error);

  for (const std::int64_t stop : {1, 3}) {
    CAPTURE(stop);
    std::int64_t calls = 0;
    options.on_iteration = [&](const LeastSquaresProgress&) { return ++calls < stop; };
    const auto cancelled = least_squares(a, b, options);
    CHECK(cancelled.status == Status::cancelled);
    CHECK_FALSE(cancelled.solved());
    CHECK(calls == stop);
    CHECK(cancelled.iterations == stop);
    // The best point so far, with a true report.
    REQUIRE(cancelled.x.rows() == 20);
    CHECK(cancelled.residual_norm[0] < norm2(3000, b.data()));
    CHECK(cancelled.residual_norm[0] >= all.residual_norm[0] * (1 - 1e-12));
  }
}

TEST_CASE("The iteration limit is a status, with the best point found") {
  RandomSource random(2);
  const Matrix<double> a = with_condition(3000, 20, 1e6, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  const auto best = least_squares(a, b);
  const auto fit = least_squares(a, b, {.method = LeastSquaresMethod::sketch_and_precondition, .iteration_limit = 1});
  CAPTURE(fit.message);
  CHECK(fit.status == Status::iteration_limit);
  CHECK_FALSE(fit.solved());
  REQUIRE(fit.x.rows() == 20);
  CHECK(fit.residual_norm[0] < norm2(3000, b.data()));
  CHECK(fit.residual_norm[0] >= best.residual_norm[0] * (1 - 1e-12));
  CHECK(fit.backward_error[0] > 10 * best.backward_error[0]);
}

TEST_CASE("A callback that throws: the exception arrives as it is") {
  const auto [a, b] = well_conditioned(3000, 20);
  LeastSquaresOptions options{.method = LeastSquaresMethod::sketch_and_precondition};
  options.on_iteration = [](const LeastSquaresProgress&) -> bool { throw std::domain_error("enough"); };
  std::string message;
  try {
    (void)least_squares(a, b, options);
  } catch (const std::domain_error& caught) {
    message = caught.what();
  }
  CHECK(message == "enough");
}

TEST_CASE("The user's BLAS threads are the same after success, error and exception") {
  const int before = blas_threads();
  for (const int users : {1, 2}) {
    CAPTURE(users);
    set_blas_threads(users);
    for (const LeastSquaresMethod method : methods) {
      CAPTURE(to_string(method));
      auto [a, b] = well_conditioned(6000, 20);
      CHECK(least_squares(a, b, {.method = method}).solved());
      CHECK(blas_threads() == users);
      CHECK_THROWS_AS((void)least_squares(a, std::vector<double>(5), {.method = method}), ShapeError);
      CHECK(blas_threads() == users);
      LeastSquaresOptions options{.method = method};
      options.on_iteration = [](const LeastSquaresProgress&) -> bool { throw std::domain_error("enough"); };
      try {
        (void)least_squares(a, b, options);
      } catch (const std::domain_error&) {
      }
      CHECK(blas_threads() == users);
      a(5999, 19) = not_a_number;
      CHECK_FALSE(least_squares(a, b, {.method = method}).solved());
      CHECK(blas_threads() == users);
    }
  }
  set_blas_threads(before);
}
