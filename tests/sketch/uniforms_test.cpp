// The entries of a uniform sketch: against the words they come from, and their distribution.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "sketch/philox.hpp"
#include "sketch/uniforms.hpp"
#include "tests/support/simd_targets.hpp"

using namespace croquis;

namespace {

double reference_uniform(std::uint64_t seed, double bound, std::int64_t row, std::int64_t col) {
  const auto words = random_words(seed, stream_word(Stream::uniforms, static_cast<std::uint64_t>(row / 2)),
                                  static_cast<std::uint64_t>(col));
  const auto multiple =
      static_cast<std::int64_t>(2 * (words[static_cast<std::size_t>(row % 2)] & ((std::uint64_t{1} << 52) - 1)) + 1);
  return bound * std::ldexp(static_cast<double>(multiple - (std::int64_t{1} << 52)), -52);
}

}  // namespace

TEST_CASE_TEMPLATE("any block is what its words say, to the bit, on every instruction set", T, float, double) {
  test::for_each_simd_target([] {
    for (const Layout layout : {Layout::column_major, Layout::row_major}) {
      for (const std::int64_t first_row : {0, 1, 254, 255}) {
        for (const auto& [rows, cols] :
             {std::pair{1, 1}, {1, 70}, {2, 7}, {3, 5}, {15, 8}, {16, 9}, {17, 17}, {33, 3}, {40, 31}}) {
          const std::int64_t stride = (layout == Layout::column_major ? rows : cols) + 3;
          std::vector<T> memory(static_cast<std::size_t>(stride * std::max(rows, cols)), T(99));
          const MatrixView<T> out{memory.data(), rows, cols, stride, layout};
          fill_uniforms(5, 0.3, first_row, 11, out);
          std::int64_t wrong = 0;
          for (std::int64_t i = 0; i < rows; ++i)
            for (std::int64_t j = 0; j < cols; ++j)
              wrong += out(i, j) == static_cast<T>(reference_uniform(5, 0.3, first_row + i, 11 + j)) ? 0 : 1;
          CHECK(wrong == 0);
          std::int64_t untouched = 0;
          for (const T x : memory) untouched += x == T(99) ? 1 : 0;
          CHECK(untouched == static_cast<std::int64_t>(memory.size()) - rows * cols);
        }
      }
    }
  });
}

TEST_CASE("entries follow the uniform distribution and are uncorrelated") {
  constexpr std::int64_t count = 1 << 20;
  constexpr std::int64_t rows = 64;
  std::vector<double> x(count);
  fill_uniforms(2024, 1, 0, 0, column_major(x.data(), rows, count / rows));
  // Sums of N independent terms in [-1, 1] of mean 0 exceed 7 sqrt(N) with probability under 5e-11 (Hoeffding); a
  // product of two entries is one, and so is 3/2 (x^2 - 1/3).
  const double limit = 7 * std::sqrt(static_cast<double>(count));
  double sum = 0;
  double squares = 0;
  double rows_product = 0;
  double columns_product = 0;
  for (std::size_t k = 0; k + rows < x.size(); ++k) {
    REQUIRE(std::abs(x[k]) < 1);
    REQUIRE(x[k] != 0);
    sum += x[k];
    squares += 1.5 * (x[k] * x[k] - 1.0 / 3);
    rows_product += x[k] * x[k + 1];
    columns_product += x[k] * x[k + rows];
  }
  CHECK(std::abs(sum) < limit);
  CHECK(std::abs(squares) < limit);
  CHECK(std::abs(rows_product) < limit);
  CHECK(std::abs(columns_product) < limit);

  // Dvoretzky, Kiefer, Wolfowitz: the empirical distribution leaves the true one by more than t with probability at
  // most 2 exp(-2 N t^2) = 1e-9.
  const double t = std::sqrt(std::log(2 / 1e-9) / (2.0 * count));
  std::sort(x.begin(), x.end());
  double distance = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double cdf = (x[k] + 1) / 2;
    distance = std::max(
        {distance, std::abs(cdf - static_cast<double>(k) / count), std::abs(cdf - static_cast<double>(k + 1) / count)});
  }
  CHECK(distance < t);
}
