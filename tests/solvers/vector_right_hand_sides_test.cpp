// A right-hand side may be a vector wherever it may be a matrix: the same bits as from a matrix of one column.
#include <doctest/doctest.h>

#include <algorithm>
#include <span>
#include <vector>

#include <croquis/croquis.hpp>

#include "tests/support/random.hpp"

using namespace croquis;
using croquis::test::RandomSource;

TEST_CASE_TEMPLATE("vectors are right-hand sides of one column", T, float, double) {
  constexpr std::int64_t m = 40, n = 4;
  RandomSource random(1);
  Matrix<T> a(m, n), c(1, n), l(m, m);
  for (T& entry : a.entries()) entry = static_cast<T>(random.normal());
  for (std::int64_t i = 0; i < m; ++i) l(i, i) = static_cast<T>(1 + i % 3);
  c(0, 1) = 1;
  std::vector<T> b(m);
  for (T& entry : b) entry = static_cast<T>(random.normal());
  const std::vector<T> d = {2};
  const auto column = column_major<const T>(b.data(), m, 1);
  const auto same = [](const Matrix<T>& x, const Matrix<T>& y) {
    return x.rows() == n && x.cols() == 1 && std::ranges::equal(x.entries(), y.entries());
  };

  const std::vector<double> mus = {0.5};
  CHECK(same(least_squares_ridge_path(a, b, mus)[0].x, least_squares_ridge_path(a, column, mus)[0].x));
  CHECK(same(constrained_least_squares(a, b, c, d).x,
             constrained_least_squares(a, column, c, column_major<const T>(d.data(), 1, 1)).x));
  CHECK(same(generalized_least_squares(a, b, l).x, generalized_least_squares(a, column, l).x));
  CHECK(same(sketched_ridge(a, b, 0.5), sketched_ridge(a, column, 0.5)));
  const auto svd = randomized_svd(a, {.rank = 2});
  const Matrix<T> x = truncated_least_squares(svd, b, 2);
  CHECK(same(x, truncated_least_squares(svd, column, 2)));
  CHECK(least_squares_backward_error(a, x, b) == least_squares_backward_error(a, x, column));
}

TEST_CASE("a profile's right-hand side may be a vector") {
  const Matrix<double> a(30, 1);
  const std::vector<double> b(30), other(29);
  CHECK(profile_sketches(a, b).message == profile_sketches(a, column_major(b.data(), 30, 1)).message);
  CHECK_THROWS_AS(profile_sketches(a, other), ShapeError);
}
