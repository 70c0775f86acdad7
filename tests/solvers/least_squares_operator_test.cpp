// Matrices known by their products only: the same answers, and operators that are not what they say.
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/blas.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr LeastSquaresMethod methods[] = {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct,
                                          LeastSquaresMethod::automatic};

struct Problem {
  Matrix<double> a, b;
};
Problem problem(std::int64_t m, std::int64_t n, double condition, std::int64_t vectors = 1) {
  RandomSource random(1);
  Problem p{with_condition(m, n, condition, random), Matrix<double>(m, vectors)};
  for (double& entry : p.b.entries()) entry = random.normal();
  return p;
}

}  // namespace

TEST_CASE("The operator of a matrix: backward stable, weighted or not, with a ridge or without") {
  const auto [a, b] = problem(1500, 70, 1e9);
  const std::vector<double> weights(1500, 4);
  for (const LeastSquaresMethod method : methods) {
    for (const double ridge : {0.0, 1e-4}) {
      for (const bool weigh : {false, true}) {
        CAPTURE(to_string(method));
        CAPTURE(ridge);
        CAPTURE(weigh);
        LeastSquaresOptions options{.method = method, .ridge = ridge};
        if (weigh) options.weights = weights;
        const auto fit = least_squares(linear_operator(a), b, options);
        CAPTURE(fit.message);
        CHECK(fit.status == Status::converged);
        const double root = std::sqrt(ridge) / (weigh ? 2 : 1);
        Matrix<double> stacked(1570, 70);
        Matrix<double> stacked_b(1570, 1);
        for (std::int64_t j = 0; j < 70; ++j) {
          for (std::int64_t i = 0; i < 1500; ++i) stacked(i, j) = a(i, j);
          stacked(1500 + j, j) = root;
        }
        for (std::int64_t i = 0; i < 1500; ++i) stacked_b(i, 0) = b(i, 0);
        const BackwardErrorMeasure<double> measure(stacked);
        CHECK(measure.exact(fit.x.entries(), stacked_b.entries()) < 1e-15);
      }
    }
  }
}

TEST_CASE("Its transpose: the solution of minimum norm") {
  const auto [tall, unused] = problem(300, 12, 1e3);
  const auto a = linear_operator(Matrix<double>(tall).view().transposed());
  Matrix<double> wide(12, 300);
  for (std::int64_t j = 0; j < 300; ++j)
    for (std::int64_t i = 0; i < 12; ++i) wide(i, j) = tall(j, i);
  Matrix<double> b(12, 1);
  for (std::int64_t i = 0; i < 12; ++i) b(i, 0) = unused(i, 0);
  const auto expected = least_squares(wide, b);
  const std::vector<double> weights(12, 3);
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(linear_operator(wide), b, {.method = method, .weights = weights});
    CHECK(fit.status == Status::converged);
    for (std::int64_t j = 0; j < 300; ++j)
      CHECK(std::abs(fit.x(j, 0) - expected.x(j, 0)) < 1e-12 * norm2(300, expected.x.data()));
  }
}

TEST_CASE("An operator that is not what it says: both numbers are named") {
  const auto [a, b] = problem(400, 6, 10);
  Matrix<double> other = a;
  other(123, 4) *= 1 + 1e-6;
  LinearOperator<double> lie = linear_operator(a);
  lie.multiply_transposed = linear_operator(other).multiply_transposed;
  for (const LeastSquaresMethod method : methods) {
    std::string message;
    try {
      (void)least_squares(lie, b, {.method = method});
    } catch (const InvalidOption& error) {
      message = error.what();
    }
    CAPTURE(message);
    CHECK(message.find("<A x, y> is ") != std::string::npos);
    CHECK(message.find("<x, A^T y> is ") != std::string::npos);
  }
  LinearOperator<double> half = linear_operator(a);
  half.multiply_transposed = nullptr;
  CHECK_THROWS_AS((void)least_squares(half, b), InvalidOption);
  LinearOperator<double> negative = linear_operator(a);
  negative.cols = -1;
  CHECK_THROWS_AS((void)least_squares(negative, b), ShapeError);
}

TEST_CASE("NaN from an operator is a status, its exceptions arrive, and it may have no columns") {
  auto [a, b] = problem(400, 6, 10);
  LinearOperator<double> thrower = linear_operator(a);
  thrower.multiply = [](MatrixView<const double>, MatrixView<double>) { throw std::domain_error("enough"); };
  CHECK_THROWS_AS((void)least_squares(thrower, b), std::domain_error);
  a(399, 5) = std::numeric_limits<double>::quiet_NaN();
  for (const LeastSquaresMethod method : methods)
    CHECK(least_squares(linear_operator(a), b, {.method = method}).status == Status::non_finite_input);
  const Matrix<double> none(400, 0);
  CHECK(least_squares(linear_operator(none), b).x.rows() == 0);
}
