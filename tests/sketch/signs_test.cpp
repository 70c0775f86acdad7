// The signs of a Rademacher sketch: against the words they are bits of, and their distribution.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "sketch/philox.hpp"
#include "sketch/signs.hpp"
#include "tests/support/simd_targets.hpp"

using namespace croquis;

namespace {

double reference_sign(std::uint64_t seed, std::int64_t row, std::int64_t col) {
  const auto words = random_words(seed, stream_word(Stream::rademacher, static_cast<std::uint64_t>(row / 16)),
                                  static_cast<std::uint64_t>(col / 8));
  const std::int64_t bit = col % 8 * 16 + row % 16;
  return (words[static_cast<std::size_t>(bit / 64)] >> (bit % 64)) & 1 ? -1 : 1;
}

}  // namespace

TEST_CASE_TEMPLATE("any block of signs is the bits of its words, on every instruction set", T, float, double) {
  test::for_each_simd_target([] {
    for (const Layout layout : {Layout::column_major, Layout::row_major}) {
      for (const std::int64_t first_row : {0, 1, 7, 15, 16, 31, 100, 1000}) {
        for (const auto& [rows, cols] : {std::pair{1, 1},
                                         {1, 300},
                                         {16, 8},
                                         {16, 257},
                                         {1, 70},
                                         {3, 5},
                                         {31, 9},
                                         {64, 8},
                                         {65, 17},
                                         {130, 64},
                                         {129, 65},
                                         {300, 3}}) {
          const std::int64_t stride = (layout == Layout::column_major ? rows : cols) + 3;
          std::vector<T> memory(static_cast<std::size_t>(stride * std::max(rows, cols)), T(99));
          const MatrixView<T> out{memory.data(), rows, cols, stride, layout};
          fill_signs(5, 0.25, first_row, 11, out);
          std::int64_t wrong = 0;
          for (std::int64_t i = 0; i < rows; ++i)
            for (std::int64_t j = 0; j < cols; ++j)
              wrong += out(i, j) == T(0.25 * reference_sign(5, first_row + i, 11 + j)) ? 0 : 1;
          CHECK(wrong == 0);
          std::int64_t untouched = 0;
          for (const T x : memory) untouched += x == T(99) ? 1 : 0;
          CHECK(untouched == static_cast<std::int64_t>(memory.size()) - rows * cols);
        }
      }
    }
  });
}

TEST_CASE("signs are balanced and uncorrelated along rows and columns") {
  // Sums of N independent signs exceed 7 sqrt(N) with probability under 2 exp(-49 / 2) = 5e-11 (Hoeffding); the
  // products of neighbours are independent signs too.
  constexpr std::int64_t rows = 1 << 10;
  constexpr std::int64_t cols = 1 << 11;
  std::vector<double> x(rows * cols);
  fill_signs(77, 1, 0, 0, column_major(x.data(), rows, cols));
  for (const std::size_t apart : {std::size_t{1}, std::size_t{64}, std::size_t{128}, std::size_t{rows}}) {
    double sum = 0;
    double product = 0;
    for (std::size_t k = 0; k + apart < x.size(); ++k) {
      sum += x[k];
      product += x[k] * x[k + apart];
    }
    const double limit = 7 * std::sqrt(static_cast<double>(x.size()));
    CHECK(std::abs(sum) < limit);
    CHECK(std::abs(product) < limit);
  }
}
