// The operator of a matrix: its products, that they are adjoint, and what it refuses.
#include <croquis/linalg/linear_operator.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <croquis/errors.hpp>

#include "tests/support/random.hpp"

using namespace croquis;
using croquis::test::gaussian_matrix;
using croquis::test::RandomSource;

TEST_CASE("A matrix by hand") {
  const auto a = SparseMatrix<double>::from_triplets(3, 2, {{0, 0, 1.0}, {1, 1, 2.0}, {2, 0, 3.0}, {2, 1, 4.0}});
  const auto op = linear_operator(a);
  CHECK(op.rows == 3);
  CHECK(op.cols == 2);
  Matrix<double> x(2, 1), y(3, 1);
  x(0, 0) = 1;
  x(1, 0) = -1;
  y(0, 0) = std::numeric_limits<double>::quiet_NaN();
  op.multiply(x, y);
  CHECK(y(0, 0) == 1);
  CHECK(y(1, 0) == -2);
  CHECK(y(2, 0) == -1);
  op.multiply_transposed(y, x);
  CHECK(x(0, 0) == -2);
  CHECK(x(1, 0) == -8);
}

TEST_CASE_TEMPLATE("The products are adjoint: Y . (A X) = (A^T Y) . X", T, float, double) {
  RandomSource random(1);
  Matrix<T> a(3000, 40, Layout::row_major);
  for (T& entry : a.entries()) entry = static_cast<T>(random.normal());
  const auto op = linear_operator(AnyMatrixView<T>(a));
  for (const std::int64_t vectors : {1, 3}) {
    Matrix<T> x(40, vectors), y(3000, vectors), ax(3000, vectors), aty(40, vectors);
    for (T& entry : x.entries()) entry = static_cast<T>(random.normal());
    for (T& entry : y.entries()) entry = static_cast<T>(random.normal());
    op.multiply(x, ax);
    op.multiply_transposed(y, aty);
    double left = 0, right = 0, size = 0;
    for (std::size_t k = 0; k < ax.entries().size(); ++k) {
      left += static_cast<double>(ax.data()[k]) * y.data()[k];
      size += std::abs(static_cast<double>(ax.data()[k]) * y.data()[k]);
    }
    for (std::size_t k = 0; k < aty.entries().size(); ++k) right += static_cast<double>(aty.data()[k]) * x.data()[k];
    // Sums of 40 and of 3000 terms in blocks.
    CHECK(std::abs(left - right) <= 10 * std::numeric_limits<T>::epsilon() * size);
  }
}

TEST_CASE("Shapes that do not fit are refused, and the output is left alone") {
  const Matrix<double> a(5, 3);
  const auto op = linear_operator(a);
  Matrix<double> y(5, 1);
  y(0, 0) = 7;
  CHECK_THROWS_AS(op.multiply(Matrix<double>(4, 1), y), ShapeError);
  CHECK_THROWS_AS(op.multiply(Matrix<double>(3, 2), y), ShapeError);
  CHECK_THROWS_AS(op.multiply_transposed(Matrix<double>(3, 1), y), ShapeError);
  CHECK(y(0, 0) == 7);
  try {
    op.multiply(Matrix<double>(4, 1), y);
    FAIL("no exception");
  } catch (const ShapeError& error) {
    const std::string message = error.what();
    CHECK(message.find("4 x 1") != std::string::npos);
    CHECK(message.find("3 x 1") != std::string::npos);
  }
}

TEST_CASE("A malformed view is refused when the operator is made") {
  double entry = 0;
  CHECK_THROWS_AS(linear_operator(AnyMatrixView<double>(column_major(&entry, 3, 2, 2))), ShapeError);
}
