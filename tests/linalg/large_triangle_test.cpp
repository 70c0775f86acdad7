// One vector and a large triangle: against sums in long double, around the size of a block, for any number of threads
// and inside a tile.
#include "linalg/large_triangle.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <croquis/linalg/matrix.hpp>

#include "linalg/parallel.hpp"
#include "tests/support/random.hpp"

using namespace croquis;
using croquis::test::RandomSource;

namespace {

// Well conditioned: ones on the diagonal, and above it so little that a row has a norm of a half.
template <class T>
Matrix<T> triangle(std::int64_t n) {
  RandomSource random(1);
  Matrix<T> r(n + 3, n);
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i <= j; ++i)
      r(i, j) = static_cast<T>((i == j) + 0.5 * random.normal() / std::sqrt(static_cast<double>(n)));
  return r;
}

template <class T>
std::vector<T> multiplied(const Matrix<T>& r, const std::vector<T>& x, bool transposed) {
  const std::int64_t n = r.cols();
  std::vector<long double> y(x.size(), 0);
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i <= j; ++i) {
      if (transposed) {
        y[j] += static_cast<long double>(r(i, j)) * x[i];
      } else {
        y[i] += static_cast<long double>(r(i, j)) * x[j];
      }
    }
  return std::vector<T>(y.begin(), y.end());
}

template <class T>
double largest_difference(const std::vector<T>& a, const std::vector<T>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max<double>(largest, std::abs(a[i] - b[i]));
  return largest;
}

}  // namespace

TEST_CASE_TEMPLATE("products and solutions are those of plain sums", T, float, double) {
  for (const std::int64_t n : {1, 255, 256, 257, 700}) {
    CAPTURE(n);
    const Matrix<T> memory = triangle<T>(n);
    const MatrixView<const T> r = memory.view().block(0, 0, n, n);
    std::vector<T> x(static_cast<std::size_t>(n));
    for (std::int64_t i = 0; i < n; ++i) x[i] = static_cast<T>(std::cos(static_cast<double>(i)));
    // Entries of the results are of the size of one; each is a sum of n products.
    const double tolerance = 8 * std::sqrt(static_cast<double>(n)) * std::numeric_limits<T>::epsilon();
    for (const bool transposed : {false, true}) {
      CAPTURE(transposed);
      std::vector<T> y = x;
      transposed ? multiply_by_large_triangle_transposed<T>(r, y.data()) : multiply_by_large_triangle<T>(r, y.data());
      CHECK(largest_difference(y, multiplied(memory, x, transposed)) <= tolerance);
      transposed ? solve_large_triangle_transposed<T>(r, y.data()) : solve_large_triangle<T>(r, y.data());
      CHECK(largest_difference(y, x) <= tolerance);
    }
  }
}

TEST_CASE("the same bits for any number of threads, and inside a tile") {
  const std::int64_t n = 700;
  const Matrix<double> memory = triangle<double>(n);
  const MatrixView<const double> r = memory.view().block(0, 0, n, n);
  const auto all = [&](double* y) {
    multiply_by_large_triangle_transposed<double>(r, y);
    solve_large_triangle<double>(r, y);
    multiply_by_large_triangle<double>(r, y);
    solve_large_triangle_transposed<double>(r, y);
  };
  std::vector<double> x(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i) x[i] = std::sin(static_cast<double>(i));
  std::vector<double> expected = x;
  run_with_threads(1, [&] { all(expected.data()); });
  for (const int threads : {2, 3, 8}) {
    std::vector<double> y = x;
    run_with_threads(threads, [&] { all(y.data()); });
    CHECK(y == expected);
  }
  std::vector<std::vector<double>> in_tiles(4, x);
  for_each_tile(4, [&](std::int64_t tile) { all(in_tiles[static_cast<std::size_t>(tile)].data()); });
  for (const auto& y : in_tiles) CHECK(y == expected);
}
