// The products of a block reflector against plain loops, on every instruction set.
#include "linalg/reflector_kernels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "linalg/memory.hpp"
#include "tests/support/kernel_inputs.hpp"
#include "tests/support/simd_targets.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// Every tail of the tiles, and rows of more than one block.
const std::vector<std::int64_t> row_counts = {0, 1, 7, 8, 9, 23, 24, 25, 48, 511, 512, 513, 1030};

template <class T>
MatrixView<T> unaligned(Workspace<T>& memory, std::int64_t rows, std::int64_t cols) {
  return {memory.data() + 1, rows, cols, rows + 3, Layout::column_major};
}

template <class T>
Workspace<T> columns_of_integers(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  return integers<T>(1 + (rows + 3) * cols, seed);
}

}  // namespace

TEST_CASE_TEMPLATE("inner products of tall columns", T, float, double) {
  for_each_simd_target([] {
    for (const std::int64_t rows : row_counts) {
      for (const std::int64_t k : {1, 2, 3, 4, 5, 8, 13}) {
        for (const std::int64_t n : {0, 1, 3, 4, 5, 6, 7, 13}) {
          Workspace<T> v_memory = columns_of_integers<T>(rows, k, 1);
          Workspace<T> c_memory = columns_of_integers<T>(rows, n, 2);
          const MatrixView<const T> v = unaligned(v_memory, rows, k);
          const MatrixView<const T> c = unaligned(c_memory, rows, n);
          Workspace<T> sums(lane_sums_bytes(k * n) / static_cast<std::int64_t>(sizeof(T)));
          Workspace<T> w(k * n);
          tall_inner_products(v, c, sums.data(), w.data());
          std::int64_t wrong = 0;
          for (std::int64_t j = 0; j < n; ++j) {
            for (std::int64_t i = 0; i < k; ++i) {
              T expected = 0;
              for (std::int64_t row = 0; row < rows; ++row) expected += v(row, i) * c(row, j);
              wrong += w[i + j * k] == expected ? 0 : 1;
            }
          }
          CAPTURE(rows);
          CAPTURE(k);
          CAPTURE(n);
          CHECK(wrong == 0);
        }
      }
    }
  });
}

TEST_CASE_TEMPLATE("the product of tall columns is subtracted, and nothing beside it", T, float, double) {
  for_each_simd_target([] {
    for (const std::int64_t rows : row_counts) {
      for (const std::int64_t k : {0, 1, 2, 13}) {
        for (const std::int64_t n : {1, 3, 4, 5, 7, 8, 9, 17}) {
          Workspace<T> v_memory = columns_of_integers<T>(rows, k, 3);
          Workspace<T> c_memory = columns_of_integers<T>(rows, n, 4);
          const Workspace<T> before = columns_of_integers<T>(rows, n, 4);
          const Workspace<T> w = integers<T>(k * n, 5);
          const MatrixView<const T> v = unaligned(v_memory, rows, k);
          subtract_tall_product(v, w.data(), unaligned(c_memory, rows, n));
          std::int64_t wrong = c_memory[0] == before[0] ? 0 : 1;
          for (std::int64_t j = 0; j < n; ++j) {
            for (std::int64_t row = 0; row < rows + 3; ++row) {
              const std::int64_t at = 1 + row + j * (rows + 3);
              T expected = before[at];
              for (std::int64_t i = 0; i < (row < rows ? k : 0); ++i) expected -= v(row, i) * w[i + j * k];
              wrong += c_memory[at] == expected ? 0 : 1;
            }
          }
          CAPTURE(rows);
          CAPTURE(k);
          CAPTURE(n);
          CHECK(wrong == 0);
        }
      }
    }
  });
}
