// The vectorised inner loops against plain ones, on every instruction set.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "linalg/memory.hpp"
#include "sketch/strip_kernels.hpp"
#include "tests/support/kernel_inputs.hpp"
#include "tests/support/simd_targets.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

template <class T>
std::int64_t differences(const Workspace<T>& a, const Workspace<T>& b) {
  std::int64_t different = 0;
  for (std::int64_t i = 0; i < a.size(); ++i) different += a[i] == b[i] ? 0 : 1;
  return different;
}

}  // namespace

TEST_CASE_TEMPLATE("packing copies the rows and clears the columns beyond", T, float, double) {
  test::for_each_simd_target([] {
    for (const Layout layout : {Layout::column_major, Layout::row_major}) {
      for (const std::int64_t width : {narrow_strip<T>, wide_strip<T>}) {
        for (const std::int64_t columns : {std::int64_t{1}, std::int64_t{5}, width - 1, width}) {
          const std::int64_t rows = 83;
          const std::int64_t stride = layout == Layout::column_major ? rows + 3 : columns + 3;
          const Workspace<T> a = integers<T>(stride * std::max(rows, columns), 1);
          const MatrixView<const T> strip{a.data(), rows, columns, stride, layout};
          for (const std::int64_t first : {0, 7}) {
            for (const std::int64_t count : {1, 4, 31, 64, 76}) {
              Workspace<T> packed(count * width);
              std::fill_n(packed.data(), packed.size(), T(-7));
              pack_rows(strip, first, count, width, packed.data());
              std::int64_t wrong = 0;
              for (std::int64_t i = 0; i < count; ++i)
                for (std::int64_t j = 0; j < width; ++j)
                  wrong += packed[i * width + j] == (j < columns ? strip(first + i, j) : T(0)) ? 0 : 1;
              CHECK(wrong == 0);
            }
          }
        }
      }
    }
  });
}

TEST_CASE_TEMPLATE("gathering rows", T, float, double) {
  test::for_each_simd_target([] {
    constexpr std::int64_t count = 57;
    constexpr std::int64_t tile_rows = 40;
    for (const std::int64_t width : {narrow_strip<T>, wide_strip<T>}) {
      const Workspace<T> packed = integers<T>(count * width, 2);
      const auto table = random_entries(tile_rows, 0, count, 5);
      Workspace<T> tile = integers<T>(tile_rows * width, 6);
      Workspace<T> expected = integers<T>(tile_rows * width, 6);
      gather_rows(packed.data(), tile_rows, width, table.data(), tile.data());
      for (std::int64_t i = 0; i < tile_rows; ++i) {
        const std::uint32_t e = table[static_cast<std::size_t>(i)];
        for (std::int64_t v = 0; v < width; ++v)
          expected[i * width + v] +=
              (e >> 31 != 0 ? -1 : 1) * packed[static_cast<std::int64_t>(e & 0x7FFFFFFF) * width + v];
      }
      CHECK(differences(tile, expected) == 0);
    }
  });
}
