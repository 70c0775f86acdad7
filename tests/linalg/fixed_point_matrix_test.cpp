// A matrix in fixed point: how near it is to the one it is made of, its products, and the same bits for any number of
// threads.
#include "linalg/fixed_point_matrix.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <croquis/linalg/matrix.hpp>

#include "linalg/fixed_point_kernels.hpp"
#include "linalg/parallel.hpp"
#include "tests/support/random.hpp"
#include "tests/support/simd_targets.hpp"

using namespace croquis;
using croquis::test::RandomSource;

namespace {

Matrix<double> normals(std::int64_t rows, std::int64_t cols, Layout layout, std::uint64_t seed) {
  RandomSource random(seed);
  Matrix<double> a(rows, cols, layout);
  for (std::int64_t j = 0; j < cols; ++j)
    for (std::int64_t i = 0; i < rows; ++i) a(i, j) = random.normal();
  return a;
}

std::vector<double> exact_normal_product(const Matrix<double>& a, const std::vector<double>& x) {
  std::vector<long double> sum(x.size(), 0);
  for (std::int64_t i = 0; i < a.rows(); ++i) {
    long double t = 0;
    for (std::int64_t j = 0; j < a.cols(); ++j) t += static_cast<long double>(a(i, j)) * x[j];
    for (std::int64_t j = 0; j < a.cols(); ++j) sum[j] += t * a(i, j);
  }
  return std::vector<double>(sum.begin(), sum.end());
}

std::vector<double> product(const FixedPointMatrix& copy, const std::vector<double>& x) {
  std::vector<double> g(x.size(), std::numeric_limits<double>::quiet_NaN());
  copy.normal_product(x.data(), g.data());
  return g;
}

double difference(const std::vector<double>& a, const std::vector<double>& b) {
  double difference = 0, norm = 0;
  for (std::size_t j = 0; j < a.size(); ++j) {
    difference = std::max(difference, std::abs(a[j] - b[j]));
    norm = std::max(norm, std::abs(b[j]));
  }
  return difference / norm;
}

}  // namespace

TEST_CASE("A piece is rounded to half a unit of its largest entry, on every instruction set") {
  test::for_each_simd_target([] {
    for (const double size : {1e-300, 1e-30, 1., 1e30, 1e150}) {
      CAPTURE(size);
      RandomSource random(1);
      std::vector<double> a(fixed_point_rows);
      for (double& entry : a) entry = size * random.normal();
      a[7] = 0;
      const double largest =
          std::abs(*std::max_element(a.begin(), a.end(), [](double x, double y) { return std::abs(x) < std::abs(y); }));
      std::vector<std::int32_t> q(fixed_point_rows);
      double squared_error = 0;
      const double unit = round_to_fixed_point(a.data(), q.data(), squared_error);
      CHECK(unit <= std::max(largest * std::exp2(-30), std::exp2(-930)));
      double lost = 0;
      for (std::int64_t i = 0; i < fixed_point_rows; ++i) {
        // Half a unit, or a whole one for the largest that there is.
        CHECK(std::abs(q[i] * unit - a[i]) <= (q[i] == std::numeric_limits<std::int32_t>::max() ? unit : unit / 2));
        lost += (q[i] * unit - a[i]) * (q[i] * unit - a[i]);
      }
      CHECK(q[7] == 0);
      CHECK(squared_error == doctest::Approx(lost).epsilon(1e-10));
    }
  });
}

TEST_CASE("Integers, zeros and the largest entries that round up are what they were") {
  std::vector<double> a(fixed_point_rows, 0);
  std::vector<std::int32_t> q(fixed_point_rows, 1);
  double squared_error = 0;
  CHECK(round_to_fixed_point(a.data(), q.data(), squared_error) > 0);
  CHECK(std::count(q.begin(), q.end(), 0) == fixed_point_rows);
  for (std::int64_t i = 0; i < fixed_point_rows; ++i) a[i] = static_cast<double>((1 << 29) - 17 * i);
  double unit = round_to_fixed_point(a.data(), q.data(), squared_error);
  for (std::int64_t i = 0; i < fixed_point_rows; ++i) CHECK(q[i] * unit == a[i]);
  CHECK(squared_error == 0);
  a[0] = 2 - std::numeric_limits<double>::epsilon();
  a[1] = -a[0];
  unit = round_to_fixed_point(a.data(), q.data(), squared_error);
  CHECK(std::abs(q[0] * unit - 2) <= 2 * unit);
  CHECK(std::abs(q[1] * unit + 2) <= 2 * unit);
}

TEST_CASE("Products are those of A but for rounding to 31 bits, in either layout and of any size") {
  test::for_each_simd_target([] {
    for (const Layout layout : {Layout::column_major, Layout::row_major}) {
      for (const auto& [rows, cols] : {std::pair{1, 1}, {5, 3}, {64, 2}, {65, 65}, {1100, 70}, {5000, 33}}) {
        CAPTURE(rows);
        CAPTURE(cols);
        const Matrix<double> a = normals(rows, cols, layout, 2);
        std::vector<double> x(static_cast<std::size_t>(cols));
        for (std::int64_t j = 0; j < cols; ++j) x[j] = std::cos(static_cast<double>(j));
        const FixedPointMatrix copy(a.view());
        // A column is off by 2^-31 times half its largest entry, five at most here, for each of its entries; g by
        // twice that, times the square root of the columns at most.
        CHECK(difference(product(copy, x), exact_normal_product(a, x)) < 1e-8);
        for (std::int64_t j = 0; j < cols; ++j) {
          double norm = 0;
          for (std::int64_t i = 0; i < rows; ++i) norm = std::hypot(norm, a(i, j));
          CHECK(copy.column_errors()[j] <= 2.5 * std::exp2(-30) * norm);
          if (rows > 1000) CHECK(copy.column_errors()[j] >= 0.1 * std::exp2(-31) * norm);
        }
      }
    }
  });
}

TEST_CASE("A column of one size does not spoil another, nor rows far away") {
  Matrix<double> a = normals(640, 3, Layout::column_major, 3);
  for (std::int64_t i = 0; i < 640; ++i) {
    a(i, 1) *= 1e100;
    if (i >= 320) a(i, 2) *= 1e-20;
  }
  const FixedPointMatrix copy(a.view());
  // Of columns 0 and 2 alone.
  const std::vector<double> x{1, 0, 1e10};
  const std::vector<double> g = product(copy, x);
  const std::vector<double> exact = exact_normal_product(a, x);
  for (std::size_t j = 0; j < 3; ++j) CHECK(g[j] == doctest::Approx(exact[j]).epsilon(1e-8));
}

TEST_CASE("The same bits for any number of threads") {
  const Matrix<double> a = normals(20011, 37, Layout::row_major, 4);
  std::vector<double> x(37);
  for (std::size_t j = 0; j < 37; ++j) x[j] = std::sin(static_cast<double>(j + 1));
  std::vector<double> first_errors, first;
  for (const int threads : {1, 2, 3, 8}) {
    run_with_threads(threads, [&] {
      const FixedPointMatrix copy(a.view());
      const std::vector<double> g = product(copy, x);
      if (first.empty()) {
        first = g;
        first_errors = copy.column_errors();
      }
      CHECK(g == first);
      CHECK(copy.column_errors() == first_errors);
    });
  }
}
