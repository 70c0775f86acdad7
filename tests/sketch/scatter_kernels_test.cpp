// The scattered addition of rows of A to a tile against plain loops, on every instruction set.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "linalg/memory.hpp"
#include "sketch/scatter_kernels.hpp"
#include "tests/support/kernel_inputs.hpp"
#include "tests/support/simd_targets.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// Places where the tile is not what plain loops make of it, within the strip's columns.
template <class T>
std::int64_t differences(MatrixView<const T> strip, std::int64_t first, std::int64_t count, std::int64_t width,
                         const ScatterTable& table, std::int64_t tile_rows) {
  Workspace<T> tile = integers<T>(tile_rows * width, 4);
  Workspace<T> expected = integers<T>(tile_rows * width, 4);
  scatter_rows(strip, first, count, width, table, tile.data());
  for (std::int64_t i = 0; i < count; ++i)
    for (std::int64_t b = 0; b < table.count; ++b) {
      const std::uint32_t e = table.entry[i * table.stride + b];
      const std::int64_t row = static_cast<std::int64_t>(e & 0x7FFFFFFF) - table.first_row;
      for (std::int64_t j = 0; j < strip.cols; ++j)
        expected[row * width + j] += (e >> 31 != 0 ? -1 : 1) * strip(first + i, j);
    }
  std::int64_t different = 0;
  for (std::int64_t i = 0; i < tile_rows; ++i)
    for (std::int64_t j = 0; j < strip.cols; ++j) different += tile[i * width + j] == expected[i * width + j] ? 0 : 1;
  return different;
}

}  // namespace

TEST_CASE_TEMPLATE("rows of either layout, of every length, are added with their signs", T, float, double) {
  constexpr std::int64_t rows = 171;
  constexpr std::int64_t tile_rows = 11;
  constexpr std::int64_t stride = 5;
  constexpr std::int64_t first_row = 1000;
  constexpr std::int64_t line = line_width<T>;
  const auto entries = random_entries(rows * stride, first_row, tile_rows, 3);
  test::for_each_simd_target([&] {
    for (const Layout layout : {Layout::column_major, Layout::row_major}) {
      // By rows, every number of lines that is left of a group of eight, and more than one group.
      for (const std::int64_t lines : {1, 2, 3, 4, 5, 6, 7, 8, 9, 19}) {
        const std::int64_t width = lines * line;
        if (layout == Layout::column_major && width > line) continue;
        for (const std::int64_t columns : {std::int64_t{1}, line - 1, line, line + 1, width - 1, width}) {
          if (columns > width) continue;
          // An odd leading dimension: columns and rows start anywhere in a cache line.
          const std::int64_t leading_dimension = (layout == Layout::column_major ? rows : columns) + 3;
          const Workspace<T> a = integers<T>(leading_dimension * (layout == Layout::column_major ? columns : rows), 1);
          const MatrixView<const T> strip{a.data(), rows, columns, leading_dimension, layout};
          for (const std::int64_t first : {0, 7}) {
            for (std::int64_t count = 0; count <= 2 * line + 1; ++count) {
              const ScatterTable table{entries.data() + first * stride + 1, stride, 1 + count % 4, first_row};
              REQUIRE(differences(strip, first, count, width, table, tile_rows) == 0);
            }
            const ScatterTable table{entries.data() + first * stride, stride, stride, first_row};
            REQUIRE(differences(strip, first, rows - first, width, table, tile_rows) == 0);
          }
        }
      }
    }
  });
}
