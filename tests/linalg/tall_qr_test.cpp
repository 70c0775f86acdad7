// QR by chunks of rows: R^T R = A^T A column by column, the least-squares solution it gives, and the same bits for any
// number of threads.
#include "linalg/tall_qr.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

struct Shape {
  std::int64_t m, n;
};

}  // namespace

TEST_CASE("R and Q^T B, for shapes of one chunk and of many") {
  RandomSource random(1);
  for (const Shape shape : {Shape{1, 1}, Shape{5, 5}, Shape{6, 5}, Shape{100, 33}, Shape{1023, 7}, Shape{1024, 7},
                            Shape{1025, 64}, Shape{4000, 40}, Shape{4000, 1}, Shape{4, 0}}) {
    for (const std::int64_t k : {0, 1, 3}) {
      const std::int64_t m = shape.m;
      const std::int64_t n = shape.n;
      CAPTURE(m);
      CAPTURE(n);
      CAPTURE(k);
      const Matrix<double> a = gaussian_matrix(m, n, random);
      const Matrix<double> b = gaussian_matrix(m, k, random);
      Matrix<double> a_work = a, b_work = b;
      const auto [r, qtb] = tall_qr<double>(a_work, b_work);
      REQUIRE(r.rows() == n);
      REQUIRE(r.cols() == n);
      REQUIRE(qtb.rows() == n);
      REQUIRE(qtb.cols() == k);
      // R^T R = A^T A and R^T (Q^T B) = A^T B to a few roundoffs of the norms of the columns involved.
      for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = i + 1; j < n; ++j) CHECK(r(j, i) == 0);
        for (std::int64_t j = 0; j < n + k; ++j) {
          double expected = 0, found = 0, left = 0, right = 0;
          for (std::int64_t l = 0; l < m; ++l) {
            const double other = j < n ? a(l, j) : b(l, j - n);
            expected += a(l, i) * other;
            left = std::hypot(left, a(l, i));
            right = std::hypot(right, other);
          }
          for (std::int64_t l = 0; l <= i; ++l) found += r(l, i) * (j < n ? r(l, j) : qtb(l, j - n));
          CHECK(std::abs(found - expected) <= 1e-14 * left * right * (1 + std::sqrt(n)));
        }
      }
    }
  }
}

TEST_CASE_TEMPLATE("Backward stable, column by column", T, float, double) {
  RandomSource random(2);
  const double roundoff = std::numeric_limits<T>::epsilon() / 2;
  const double scale = std::is_same_v<T, float> ? 8 : 100;
  for (const double condition : {1.0, std::is_same_v<T, float> ? 1e5 : 1e13}) {
    Matrix<double> wide = with_condition(6000, 30, condition, random);
    const Matrix<double> wide_b = right_hand_side(wide, 1.0, random);
    scale_columns(wide, -scale, scale);
    Matrix<T> a(6000, 30), b(6000, 1);
    for (std::size_t k = 0; k < a.entries().size(); ++k) a.data()[k] = static_cast<T>(wide.data()[k]);
    for (std::size_t k = 0; k < b.entries().size(); ++k) b.data()[k] = static_cast<T>(wide_b.data()[k]);
    const BackwardErrorMeasure<T> measure(a);
    Matrix<T> a_work = a, b_work = b;
    auto [r, x] = tall_qr<T>(a_work, b_work);
    solve_triangular<T>(Side::left, Transpose::no, r, x.view());
    CAPTURE(condition);
    CHECK(measure.exact(x.entries(), b.entries()) < 10 * roundoff);
  }
}

TEST_CASE("Same bits for any number of threads, whatever BLAS threads the user set") {
  RandomSource random(3);
  const Matrix<double> a = gaussian_matrix(20011, 50, random);
  const Matrix<double> b = gaussian_matrix(20011, 2, random);
  const int users = blas_threads();
  TallQr<double> first;
  for (const int blas : {1, 2}) {
    for (const int threads : {1, 2, 3, 8}) {
      CAPTURE(blas);
      CAPTURE(threads);
      set_blas_threads(blas);
      Matrix<double> a_work = a, b_work = b;
      TallQr<double> found;
      run_with_threads(threads, [&] { found = tall_qr<double>(a_work, b_work); });
      if (first.r.rows() == 0) first = found;
      CHECK(std::memcmp(found.r.data(), first.r.data(), found.r.entries().size_bytes()) == 0);
      CHECK(std::memcmp(found.qtb.data(), first.qtb.data(), found.qtb.entries().size_bytes()) == 0);
    }
  }
  set_blas_threads(users);
}
