// The smallest, the squarest and the emptiest problems, and right-hand sides with a known answer.
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "linalg/blas.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr LeastSquaresMethod methods[] = {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct,
                                          LeastSquaresMethod::automatic};

double largest_entry(const Matrix<double>& a) {
  double largest = 0;
  for (const double entry : a.entries()) largest = std::max(largest, std::abs(entry));
  return largest;
}

}  // namespace

TEST_CASE("Square, one row more than columns, one column, one entry") {
  struct Shape {
    std::int64_t m, n;
  };
  RandomSource random(1);
  for (const Shape shape : {Shape{30, 30}, Shape{31, 30}, Shape{1000, 1}, Shape{1, 1}, Shape{2, 2}, Shape{3, 2},
                            Shape{9, 8}, Shape{97, 96}, Shape{128, 127}}) {
    const Matrix<double> a = with_condition(shape.m, shape.n, 10, random);
    for (const double residual : {0.0, 1.0}) {
      const Matrix<double> b =
          shape.m == shape.n ? right_hand_side(a, 0, random) : right_hand_side(a, residual, random);
      const BackwardErrorMeasure<double> measure(a);
      for (const LeastSquaresMethod method : methods) {
        CAPTURE(shape.m);
        CAPTURE(shape.n);
        CAPTURE(residual);
        CAPTURE(to_string(method));
        const auto fit = least_squares(a, b, {.method = method});
        CAPTURE(fit.message);
        CHECK(fit.solved());
        CHECK(fit.rank == shape.n);
        REQUIRE(fit.x.rows() == shape.n);
        CHECK(measure.exact(fit.x.entries(), b.entries()) < 2e-15);
      }
    }
  }
}

TEST_CASE("A line through three points, by hand") {
  // y = x / 2 + 1/3 through (0, 0), (1, 1.5), (2, 1).
  Matrix<double> a(3, 2);
  for (int i = 0; i < 3; ++i) {
    a(i, 0) = 1;
    a(i, 1) = i;
  }
  const std::vector<double> b = {0, 1.5, 1};
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(a, b, {.method = method});
    CHECK(std::abs(fit.x(0, 0) - 1.0 / 3) < 1e-15);
    CHECK(std::abs(fit.x(1, 0) - 0.5) < 1e-15);
    CHECK(std::abs(fit.residual_norm[0] - std::sqrt(2.0 / 3)) < 1e-15);
  }
}

TEST_CASE("No columns: the residual is b") {
  const std::vector<double> b = {3, 0, 4};
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(Matrix<double>(3, 0), b, {.method = method});
    CHECK(fit.status == Status::converged);
    CHECK(fit.rank == 0);
    CHECK(fit.x.rows() == 0);
    CHECK(fit.x.cols() == 1);
    REQUIRE(fit.residual_norm.size() == 1);
    CHECK(fit.residual_norm[0] == 5);
  }
}

TEST_CASE("No rows and no columns") {
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(Matrix<double>(0, 0), Matrix<double>(0, 1), {.method = method});
    CHECK(fit.status == Status::converged);
    CHECK(fit.x.rows() == 0);
    CHECK(fit.x.cols() == 1);
    const auto sparse =
        least_squares(SparseMatrix<double>::from_triplets(0, 0, {}), Matrix<double>(0, 1), {.method = method});
    CHECK(sparse.status == Status::converged);
  }
}

TEST_CASE("No right-hand sides") {
  RandomSource random(2);
  const Matrix<double> a = with_condition(500, 5, 10, random);
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(a, Matrix<double>(500, 0), {.method = method});
    CHECK(fit.status == Status::converged);
    CHECK(fit.x.rows() == 5);
    CHECK(fit.x.cols() == 0);
    CHECK(fit.residual_norm.empty());
    CHECK(fit.backward_error.empty());
    CHECK(fit.worst_backward_error() == 0);
  }
}

TEST_CASE("What the residuals of many right-hand sides read of A is counted") {
  RandomSource random(12);
  const Matrix<double> a = with_condition(300, 10, 10, random);
  const Matrix<double> b = gaussian_matrix(300, 300, random);
  const LeastSquaresOptions direct{.method = LeastSquaresMethod::direct, .tolerance = 1e-12};
  const auto passes = [&](std::int64_t k) { return least_squares(a, b.view().block(0, 0, 300, k), direct).passes; };
  // 128 at once.
  CHECK(passes(128) == passes(1));
  CHECK(passes(129) == passes(1) + 1);
  CHECK(passes(300) == passes(1) + 2);
}

TEST_CASE("A zero right-hand side has the solution zero") {
  RandomSource random(3);
  const Matrix<double> a = with_condition(2000, 20, 1e10, random);
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(a, Matrix<double>(2000, 1), {.method = method});
    CAPTURE(fit.message);
    CHECK(fit.status == Status::converged);
    CHECK(largest_entry(fit.x) == 0);
    CHECK(fit.residual_norm[0] == 0);
    CHECK(fit.gradient_norm[0] == 0);
    CHECK(fit.backward_error[0] == 0);
  }
}

TEST_CASE("A right-hand side orthogonal to the range has the solution zero") {
  RandomSource random(4);
  Matrix<double> a(2000, 20);
  const Matrix<double> top = gaussian_matrix(1000, 20, random);
  std::vector<double> b(2000, 0.0);
  for (std::int64_t i = 0; i < 1000; ++i) {
    for (std::int64_t j = 0; j < 20; ++j) a(i, j) = top(i, j);
    b[1000 + i] = random.normal();
  }
  const BackwardErrorMeasure<double> measure(a);
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(a, b, {.method = method});
    CAPTURE(fit.message);
    CHECK(fit.solved());
    // Each entry of A and b is about 1, so x = O(u); the backward error tells whether it is small enough.
    CHECK(largest_entry(fit.x) < 1e-14);
    CHECK(measure.exact(fit.x.entries(), b) < 1e-15);
    CHECK(std::abs(fit.residual_norm[0] / norm2<double>(2000, b.data()) - 1) < 1e-14);
  }
}

TEST_CASE("A right-hand side in the range leaves nothing") {
  RandomSource random(5);
  const Matrix<double> a = with_condition(2000, 20, 100, random);
  for (std::int64_t j : {0, 19}) {
    std::vector<double> b(2000);
    for (std::int64_t i = 0; i < 2000; ++i) b[i] = a(i, j);
    for (const LeastSquaresMethod method : methods) {
      CAPTURE(to_string(method));
      const auto fit = least_squares(a, b, {.method = method});
      CAPTURE(fit.message);
      CHECK(fit.status == Status::converged);
      CHECK(fit.residual_norm[0] <= 1e-14 * norm2<double>(2000, b.data()));
      // k = 100 and 1e-16: the unit vector to about 1e-14.
      for (std::int64_t k = 0; k < 20; ++k) CHECK(std::abs(fit.x(k, 0) - (k == j ? 1 : 0)) < 1e-13);
    }
  }
}

TEST_CASE("The arguments are not changed") {
  RandomSource random(6);
  const Matrix<double> a = with_condition(2000, 20, 1e3, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  Matrix<double> a_argument = a, b_argument = b;
  const auto csr = SparseMatrix<double>::from_triplets(3, 2, {{0, 0, 1.0}, {1, 1, 2.0}, {2, 0, 3.0}});
  const std::vector<double> values(csr.view().value, csr.view().value + 3);
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    CHECK(least_squares(a_argument, b_argument, {.method = method}).solved());
    CHECK(std::equal(a.entries().begin(), a.entries().end(), a_argument.entries().begin()));
    CHECK(std::equal(b.entries().begin(), b.entries().end(), b_argument.entries().begin()));
    CHECK(least_squares(csr, std::vector<double>{1, 2, 3}, {.method = method}).solved());
    CHECK(std::equal(values.begin(), values.end(), csr.view().value));
  }
}
