// The Walsh-Hadamard kernels against plain butterflies, on every instruction set. Entries are small integers, so all
// sums are exact and must agree to the bit.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "linalg/transforms/walsh_hadamard.hpp"
#include "tests/support/simd_targets.hpp"

using namespace croquis;

namespace {

template <class T>
std::vector<T> integers(std::int64_t count, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::vector<T> x(static_cast<std::size_t>(count));
  for (T& entry : x) entry = static_cast<T>(static_cast<int>(generator() % 15) - 7);
  return x;
}

std::vector<std::uint64_t> random_signs(std::int64_t rows) {
  std::mt19937_64 generator(static_cast<std::uint64_t>(rows));
  std::vector<std::uint64_t> words(static_cast<std::size_t>(rows / 64 + 1));
  for (std::uint64_t& word : words) word = generator();
  return words;
}

// Butterflies of distances first, 2 first, ..., rows / 2 on the rows of the contiguous x.
template <class T>
void transform_plainly(T* x, std::int64_t first, std::int64_t rows, std::int64_t width) {
  for (std::int64_t h = first; h < rows; h *= 2)
    for (std::int64_t i = 0; i < rows; ++i) {
      if ((i & h) != 0) continue;
      for (std::int64_t j = 0; j < width; ++j) {
        T& a = x[i * width + j];
        T& b = x[(i + h) * width + j];
        const T sum = a + b;
        b = a - b;
        a = sum;
      }
    }
}

constexpr std::int64_t widths[] = {1, 2, 3, 5, 8, 16, 17, 32, 64, 100};

}  // namespace

TEST_CASE_TEMPLATE("a block is transformed, also at an odd address", T, float, double) {
  test::for_each_simd_target([] {
    for (const std::int64_t width : widths) {
      for (std::int64_t rows = 1; rows * width <= 70000; rows *= 2) {
        CAPTURE(rows);
        CAPTURE(width);
        std::vector<T> x = integers<T>(rows * width + 2, 1);
        std::vector<T> expected = x;
        transform_plainly(expected.data() + 1, 1, rows, width);
        walsh_hadamard_block(x.data() + 1, rows, width);
        CHECK(x == expected);
      }
    }
  });
}

TEST_CASE_TEMPLATE("the levels above those done are the rest of the transform", T, float, double) {
  test::for_each_simd_target([] {
    for (const std::int64_t width : {1, 3, 16}) {
      for (std::int64_t rows = 1; rows * width <= 40000; rows *= 4) {
        for (std::int64_t done = 1; done <= rows; done *= 2) {
          CAPTURE(rows);
          CAPTURE(done);
          std::vector<T> x = integers<T>(rows * width, 2);
          std::vector<T> expected = x;
          transform_plainly(expected.data(), done, rows, width);
          walsh_hadamard_above(x.data(), done, rows, width);
          CHECK(x == expected);
        }
      }
    }
  });
}

TEST_CASE_TEMPLATE("a column with signs, at an odd address and in place", T, float, double) {
  test::for_each_simd_target([] {
    for (std::int64_t rows = 1; rows <= 1 << 16; rows *= 2) {
      CAPTURE(rows);
      const std::vector<std::uint64_t> signs = random_signs(rows);
      const std::vector<T> a = integers<T>(rows + 1, 3);
      std::vector<T> expected(a.begin() + 1, a.end());
      for (std::int64_t i = 0; i < rows; ++i) {
        const auto at = static_cast<std::size_t>(i);
        if ((signs[at / 64] >> (i % 64) & 1) != 0) expected[at] = -expected[at];
      }
      transform_plainly(expected.data(), 1, rows, 1);
      std::vector<T> x(static_cast<std::size_t>(rows));
      signed_walsh_hadamard_column(a.data() + 1, signs.data(), rows, x.data());
      CHECK(x == expected);
      std::copy(a.begin() + 1, a.end(), x.begin());
      signed_walsh_hadamard_column(x.data(), signs.data(), rows, x.data());
      CHECK(x == expected);
    }
  });
}

TEST_CASE_TEMPLATE("rows with signs, within a wider matrix, with and without rows after them", T, float, double) {
  test::for_each_simd_target([] {
    for (const std::int64_t width : widths) {
      for (std::int64_t rows = 1; rows * width <= 70000; rows *= 2) {
        CAPTURE(rows);
        CAPTURE(width);
        const std::int64_t stride = width + 3;
        const std::vector<std::uint64_t> signs = random_signs(rows);
        for (const std::int64_t after : {0, 50}) {
          const std::vector<T> a = integers<T>((rows + after) * stride, 4);
          std::vector<T> expected;
          for (std::int64_t i = 0; i < rows; ++i)
            for (std::int64_t j = 0; j < width; ++j) {
              const T entry = a[static_cast<std::size_t>(i * stride + 1 + j)];
              expected.push_back((signs[static_cast<std::size_t>(i / 64)] >> (i % 64) & 1) != 0 ? -entry : entry);
            }
          transform_plainly(expected.data(), 1, rows, width);
          std::vector<T> x(static_cast<std::size_t>(rows * width));
          signed_walsh_hadamard_rows(a.data() + 1, stride, after, signs.data(), rows, width, x.data());
          CHECK(x == expected);
        }
      }
    }
  });
}
