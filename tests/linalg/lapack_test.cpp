// The small dense factorizations: each multiplied out again.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/blocked_cholesky.hpp"
#include "linalg/condition.hpp"
#include "linalg/parallel.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

template <class T>
Matrix<T> converted(const Matrix<double>& a) {
  Matrix<T> result(a.rows(), a.cols());
  for (std::size_t k = 0; k < a.entries().size(); ++k) result.data()[k] = static_cast<T>(a.data()[k]);
  return result;
}

template <class T>
Matrix<T> upper_triangle(Matrix<T> a) {
  for (std::int64_t j = 0; j < a.cols(); ++j)
    for (std::int64_t i = j + 1; i < a.rows(); ++i) a(i, j) = 0;
  return a;
}

template <class T>
Matrix<T> product(MatrixView<const T> a, MatrixView<const T> b) {
  Matrix<T> c(a.rows, b.cols);
  multiply<T>(T(1), a, b, T(0), c);
  return c;
}

template <class T>
double largest_difference(const Matrix<T>& a, const Matrix<T>& b) {
  double largest = 0;
  for (std::size_t k = 0; k < a.entries().size(); ++k)
    largest = std::max<double>(largest, std::abs(a.data()[k] - b.data()[k]));
  return largest;
}

}  // namespace

TEST_CASE_TEMPLATE("multiply_triangular is the product with R or R^T", T, float, double) {
  RandomSource random(1);
  const Matrix<T> full = converted<T>(gaussian_matrix(9, 9, random));
  const Matrix<T> r = upper_triangle(full);
  const Matrix<T> x = converted<T>(gaussian_matrix(9, 1, random));
  for (const Transpose transpose : {Transpose::no, Transpose::yes}) {
    const Matrix<T> expected = product<T>(transpose == Transpose::yes ? r.view().transposed() : r.view(), x);
    Matrix<T> found = x;
    multiply_triangular<T>(transpose, full, found.data());
    CHECK(largest_difference(found, expected) < 50 * std::numeric_limits<T>::epsilon());
  }
}

TEST_CASE_TEMPLATE("append_scaled_identity: R'^T R' = R^T R + t^2 I", T, float, double) {
  RandomSource random(2);
  for (const std::int64_t n : {1, 5, 40}) {
    const Matrix<T> r = upper_triangle(converted<T>(gaussian_matrix(n, n, random)));
    for (const T t : {T(0), T(1e-3), T(3)}) {
      CAPTURE(n);
      CAPTURE(t);
      const Matrix<T> appended = append_scaled_identity<T>(r, t);
      CHECK(largest_difference(appended, upper_triangle(appended)) == 0);
      Matrix<T> expected = product<T>(r.view().transposed(), r);
      for (std::int64_t j = 0; j < n; ++j) expected(j, j) += t * t;
      const Matrix<T> found = product<T>(appended.view().transposed(), appended);
      CHECK(largest_difference(found, expected) < 20 * static_cast<double>(n) * std::numeric_limits<T>::epsilon());
    }
  }
}

TEST_CASE_TEMPLATE("Singular value decomposition: A = U S V^T, orthogonal factors, falling values", T, float, double) {
  RandomSource random(3);
  for (const std::int64_t n : {0, 1, 2, 30}) {
    CAPTURE(n);
    const Matrix<T> a = converted<T>(gaussian_matrix(n, n, random));
    const auto [u, s, vt] = singular_value_decomposition<T>(a);
    REQUIRE(static_cast<std::int64_t>(s.size()) == n);
    CHECK(std::is_sorted(s.rbegin(), s.rend()));
    Matrix<T> us = u, identity(n, n);
    for (std::int64_t j = 0; j < n; ++j) {
      identity(j, j) = 1;
      for (std::int64_t i = 0; i < n; ++i) us(i, j) *= s[j];
    }
    // A few roundoffs of ||A|| < 11.
    const double tolerance = 100 * std::numeric_limits<T>::epsilon();
    CHECK(largest_difference(product<T>(us, vt), a) < tolerance);
    CHECK(largest_difference(product<T>(u.view().transposed(), u), identity) < tolerance);
    CHECK(largest_difference(product<T>(vt, vt.view().transposed()), identity) < tolerance);
  }
}

TEST_CASE_TEMPLATE("Pivoted QR: R^T R is the Gram matrix of the permuted columns, B follows", T, float, double) {
  RandomSource random(4);
  for (const std::int64_t n : {0, 1, 2, 25}) {
    for (const std::int64_t k : {0, 1, 3}) {
      CAPTURE(n);
      CAPTURE(k);
      const Matrix<T> a = converted<T>(gaussian_matrix(n, n, random));
      const Matrix<T> b = converted<T>(gaussian_matrix(n, k, random));
      Matrix<T> qtb = b;
      const auto [r, permutation] = pivoted_qr<T>(a, qtb.view());
      REQUIRE(static_cast<std::int64_t>(permutation.size()) == n);
      Matrix<T> permuted(n, n);
      for (std::int64_t j = 0; j < n; ++j) {
        for (std::int64_t i = 0; i < n; ++i) permuted(i, j) = a(i, permutation[j]);
        if (j > 0) CHECK(std::abs(r(j, j)) <= std::abs(r(j - 1, j - 1)) * (1 + 10 * std::numeric_limits<T>::epsilon()));
      }
      const double tolerance = 500 * std::numeric_limits<T>::epsilon();
      CHECK(largest_difference(r, upper_triangle(r)) == 0);
      CHECK(largest_difference(product<T>(r.view().transposed(), r),
                               product<T>(permuted.view().transposed(), permuted)) < tolerance);
      CHECK(largest_difference(product<T>(r.view().transposed(), qtb), product<T>(permuted.view().transposed(), b)) <
            tolerance);
    }
  }
}

TEST_CASE("Extreme singular values of triangles, within a factor of two") {
  RandomSource random(5);
  for (const std::int64_t n : {1, 2, 40}) {
    for (const double condition : {1.0, 1e3, 1e8, 1e14}) {
      CAPTURE(n);
      CAPTURE(condition);
      Matrix<double> none(n, 0);
      const Matrix<double> r = pivoted_qr<double>(with_condition(n, n, condition, random), none.view()).r;
      const auto s = singular_value_decomposition<double>(r).s;
      const auto [largest, smallest] = extreme_singular_values<double>(r);
      CHECK(largest <= s.front() * (1 + 1e-14));
      CHECK(largest >= s.front() / 2);
      CHECK(smallest >= s.back() * (1 - 1e-2));
      CHECK(smallest <= s.back() * 2);
    }
  }
  // Kahan's triangle: the diagonal hides the smallest singular value by a factor of thousands.
  const Matrix<double> k = kahan(60, 60, 1.2);
  const auto exact = singular_value_decomposition<double>(k).s;
  CHECK(extreme_singular_values<double>(k).smallest <= 2 * exact.back());
}

TEST_CASE("A zero on the diagonal makes the smallest singular value zero; an empty triangle has none") {
  Matrix<double> r(3, 3);
  r(0, 0) = 2;
  r(2, 2) = 1;
  CHECK(extreme_singular_values<double>(r).smallest == 0);
  CHECK(std::abs(extreme_singular_values<double>(r).largest - 2) < 1e-2);
  CHECK(extreme_singular_values<double>(Matrix<double>(0, 0)).largest == 0);
}

TEST_CASE_TEMPLATE("Cholesky gives R^T R = G, or says that there is none", T, float, double) {
  // [4 2 -2; 2 10 2; -2 2 5.25] = R^T R with R = [2 1 -1; 0 3 1; 0 0 1.8027...]; entries below the diagonal are not
  // read.
  Matrix<T> g(3, 3);
  const T upper[3][3] = {{4, 2, -2}, {0, 10, 2}, {0, 0, T(5.25)}};
  for (std::int64_t i = 0; i < 3; ++i)
    for (std::int64_t j = 0; j < 3; ++j) g(i, j) = j >= i ? upper[i][j] : T(99);
  REQUIRE(cholesky(g));
  CHECK(g(0, 0) == 2);
  CHECK(g(0, 1) == 1);
  CHECK(g(0, 2) == -1);
  CHECK(g(1, 1) == 3);
  CHECK(g(1, 2) == 1);
  CHECK(std::abs(g(2, 2) - std::sqrt(T(3.25))) <= 2 * std::numeric_limits<T>::epsilon());
  CHECK(g(1, 0) == 0);
  CHECK(g(2, 0) == 0);
  CHECK(g(2, 1) == 0);

  Matrix<T> indefinite(2, 2);
  indefinite(0, 0) = 1;
  indefinite(0, 1) = 2;
  indefinite(1, 1) = 3;
  CHECK_FALSE(cholesky(indefinite));
  Matrix<T> empty(0, 0);
  CHECK(cholesky(empty));
}

TEST_CASE_TEMPLATE("a large Cholesky factor multiplies out, for any number of threads and inside a tile", T, float,
                   double) {
  RandomSource random(9);
  const std::int64_t n = 401;  // more than one tile, and no multiple of a block
  Matrix<T> a(2 * n, n);
  for (T& entry : a.entries()) entry = static_cast<T>(random.normal());
  const Matrix<T> g = product<T>(a.view().transposed(), a.view());
  Matrix<T> r = g;
  REQUIRE(blocked_cholesky<T>(r.view()));
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = j + 1; i < n; ++i) REQUIRE(r(i, j) == 0);
  const Matrix<T> back = product<T>(r.view().transposed(), r.view());
  // |R|^T |R| has entries of at most those of the diagonal of G, some 2 n (Higham 2002, theorem 10.3).
  CHECK(largest_difference(back, g) <= 3.0 * n * n * std::numeric_limits<T>::epsilon());
  CHECK(largest_difference(back, g) > 0);
  for (const int threads : {1, 3}) {
    Matrix<T> again = g;
    run_with_threads(threads, [&] { CHECK(blocked_cholesky<T>(again.view())); });
    CHECK(largest_difference(again, r) == 0);
  }
  std::vector<Matrix<T>> in_tiles(2, g);
  for_each_tile(2, [&](std::int64_t tile) { blocked_cholesky<T>(in_tiles[static_cast<std::size_t>(tile)].view()); });
  CHECK(largest_difference(in_tiles[1], r) == 0);
  Matrix<T> indefinite = g;
  indefinite(300, 300) = -1;
  CHECK_FALSE(blocked_cholesky<T>(indefinite.view()));
}
