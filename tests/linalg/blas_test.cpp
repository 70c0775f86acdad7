// The BLAS boundary: products and triangular solves of views, norms without overflow, 64-bit sizes refused.
#include "linalg/blas.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <croquis/errors.hpp>
#include <croquis/linalg/matrix.hpp>

#include "tests/support/random.hpp"

using namespace croquis;
using croquis::test::RandomSource;

namespace {

template <class T>
Matrix<T> random_matrix(std::int64_t rows, std::int64_t cols, Layout layout, RandomSource& random) {
  Matrix<T> a(rows, cols, layout);
  for (T& entry : a.entries()) entry = static_cast<T>(random.normal());
  return a;
}

}  // namespace

TEST_CASE_TEMPLATE("multiply: every combination of layouts, inside larger matrices", T, float, double) {
  RandomSource random(1);
  const Layout layouts[] = {Layout::column_major, Layout::row_major};
  for (const Layout la : layouts) {
    for (const Layout lb : layouts) {
      for (const Layout lc : layouts) {
        for (const T beta : {T(0), T(1), T(-0.5)}) {
          const auto a_full = random_matrix<T>(9, 8, la, random);
          const auto b_full = random_matrix<T>(7, 6, lb, random);
          Matrix<T> c_full = random_matrix<T>(8, 9, lc, random);
          const auto a = a_full.view().block(1, 2, 5, 4);
          const auto b = b_full.view().block(2, 1, 4, 3);
          const auto c = c_full.view().block(1, 3, 5, 3);
          // beta = 0 must not read C.
          if (beta == T(0)) c(2, 1) = std::numeric_limits<T>::quiet_NaN();
          const Matrix<T> before = c_full;
          multiply<T>(T(2), a, b, beta, c);
          for (std::int64_t i = 0; i < 8; ++i) {
            for (std::int64_t j = 0; j < 9; ++j) {
              if (i < 1 || i >= 6 || j < 3 || j >= 6) {
                CHECK(c_full(i, j) == before(i, j));
                continue;
              }
              double expected = beta == T(0) ? 0 : static_cast<double>(beta) * before(i, j);
              for (std::int64_t k = 0; k < 4; ++k) expected += 2.0 * a(i - 1, k) * b(k, j - 3);
              // Five terms of size about one.
              CHECK(std::abs(c_full(i, j) - expected) < 100 * std::numeric_limits<T>::epsilon());
            }
          }
        }
      }
    }
  }
}

TEST_CASE("multiply with an empty inner dimension scales C") {
  Matrix<double> c(2, 2);
  c(1, 1) = 3;
  multiply<double>(1, Matrix<double>(2, 0), Matrix<double>(0, 2), 1, c);
  CHECK(c(1, 1) == 3);
  multiply<double>(1, Matrix<double>(2, 0), Matrix<double>(0, 2), 0, c);
  CHECK(c(1, 1) == 0);
}

TEST_CASE_TEMPLATE("solve_triangular undoes multiplication by R, from either side, and ignores what is below", T, float,
                   double) {
  RandomSource random(2);
  constexpr std::int64_t n = 6;
  Matrix<T> r = random_matrix<T>(n, n, Layout::column_major, random);
  Matrix<T> upper(n, n);
  for (std::int64_t j = 0; j < n; ++j) {
    r(j, j) = 4 + std::abs(r(j, j));
    for (std::int64_t i = 0; i <= j; ++i) upper(i, j) = r(i, j);
    for (std::int64_t i = j + 1; i < n; ++i) r(i, j) = std::numeric_limits<T>::quiet_NaN();
  }
  for (const Side side : {Side::left, Side::right}) {
    for (const Transpose transpose : {Transpose::no, Transpose::yes}) {
      const bool left = side == Side::left;
      const Matrix<T> x = random_matrix<T>(left ? n : 3, left ? 3 : n, Layout::column_major, random);
      Matrix<T> b(x.rows(), x.cols());
      const auto op = transpose == Transpose::yes ? upper.view().transposed() : upper.view();
      if (left) {
        multiply<T>(T(1), op, x, T(0), b);
      } else {
        multiply<T>(T(1), x, op, T(0), b);
      }
      solve_triangular<T>(side, transpose, r, b.view());
      for (std::int64_t i = 0; i < x.rows(); ++i)
        for (std::int64_t j = 0; j < x.cols(); ++j)
          CHECK(std::abs(b(i, j) - x(i, j)) < 100 * std::numeric_limits<T>::epsilon());
    }
  }
}

TEST_CASE_TEMPLATE("norm2: strides, zeros and one entry", T, float, double) {
  const std::vector<T> x = {3, -1, 4, -1, 12};
  CHECK(norm2<T>(3, x.data(), 2) == T(13));
  CHECK(norm2<T>(0, x.data()) == 0);
  CHECK(norm2<T>(1, x.data() + 1) == 1);
  const std::vector<T> zeros(4, T(0));
  CHECK(norm2<T>(4, zeros.data()) == 0);
}

TEST_CASE("norm2 neither overflows nor underflows, down to subnormals") {
  for (const double scale : {1e-320, 1e-308, 1e-170, 1e-150, 1e150, 1e170, 1e307}) {
    CAPTURE(scale);
    const std::vector<double> x = {3 * scale, 4 * scale};
    // Subnormal inputs are themselves rounded to a few digits.
    const double tolerance = scale < 1e-308 ? 1e-3 : 1e-15;
    CHECK(std::abs(norm2<double>(2, x.data()) / scale - 5) < 5 * tolerance);
  }
  const std::vector<double> largest = {std::numeric_limits<double>::max(), 0};
  CHECK(norm2<double>(2, largest.data()) == std::numeric_limits<double>::max());
  const std::vector<float> floats = {3e38f, 0.0f};
  CHECK(static_cast<float>(norm2<float>(2, floats.data())) == 3e38f);
}

TEST_CASE("norm2 of data with an infinity or a NaN is not finite") {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> x = {1, -infinity, 2}, y = {1, std::nan(""), 2}, z = {infinity, std::nan("")};
  CHECK(norm2<double>(3, x.data()) == infinity);
  CHECK(std::isnan(norm2<double>(3, y.data())));
  CHECK_FALSE(std::isfinite(norm2<double>(2, z.data())));
}

TEST_CASE("Sizes beyond BLAS's integers are refused by name") {
  CHECK(to_blas_int(2147483647, "rows") == 2147483647);
  try {
    (void)to_blas_int(std::int64_t{1} << 31, "rows");
    FAIL("no exception");
  } catch (const ShapeError& error) {
    CHECK(std::string(error.what()).find("rows 2147483648") == 0);
  }
  CHECK_THROWS_AS(to_blas_int(-1, "rows"), ShapeError);
}
