// The products of panels of S with a dense and a sparse A against plain ones, on every instruction set.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "linalg/memory.hpp"
#include "sketch/add_columns.hpp"
#include "sketch/panel_kernels.hpp"
#include "tests/support/kernel_inputs.hpp"
#include "tests/support/simd_targets.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE_TEMPLATE("panels times a matrix, in either layout and of any size, are added to the tile", T, float, double) {
  test::for_each_simd_target([] {
    const RegisterTile registers = register_tile<T>();
    for (const Layout layout : {Layout::column_major, Layout::row_major}) {
      for (const std::int64_t panels : {1, 3}) {
        for (const std::int64_t depth : {1, 7, 8, 9, 17, 40}) {
          for (std::int64_t cols = 1; cols <= 2 * registers.cols + 1; ++cols) {
            const std::int64_t rows = panels * registers.rows;
            const Workspace<T> s = integers<T>(rows * depth, 1);
            const std::int64_t leading = (layout == Layout::column_major ? depth : cols) + 3;
            // One entry past the alignment of the allocation.
            const Workspace<T> memory = integers<T>(1 + leading * std::max(depth, cols), 2);
            const MatrixView<const T> a{memory.data() + 1, depth, cols, leading, layout};
            const std::int64_t padded = (cols + registers.cols - 1) / registers.cols * registers.cols;
            Workspace<T> packed(depth * registers.cols);
            Workspace<T> tile = integers<T>(rows * padded, 3);
            const Workspace<T> before = integers<T>(rows * padded, 3);
            multiply_panels(s.data(), panels, a, packed.data(), tile.data());
            std::int64_t wrong = 0;
            for (std::int64_t i = 0; i < rows; ++i) {
              const T* panel = s.data() + i / registers.rows * registers.rows * depth + i % registers.rows;
              const std::int64_t first = i / registers.rows * registers.rows * padded + i % registers.rows;
              for (std::int64_t j = 0; j < cols; ++j) {
                T sum = before[first + j * registers.rows];
                for (std::int64_t k = 0; k < depth; ++k) sum += panel[k * registers.rows] * a(k, j);
                wrong += tile[first + j * registers.rows] == sum ? 0 : 1;
              }
            }
            CHECK(wrong == 0);
          }
        }
      }
    }
  });
}

TEST_CASE_TEMPLATE("runs of multiples of columns are added in place", T, float, double) {
  test::for_each_simd_target([] {
    constexpr std::int64_t rows = column_rows<T>;
    constexpr std::int64_t cols = 9;
    const Workspace<T> s = integers<T>(5 * rows, 7);
    const std::vector<ColumnRun> runs = {{4, 2}, {0, 1}, {8, 3}, {1, 1}, {4, 1}};
    const std::vector<T> value = {3, -2, 5, 1, 7, -1, 2, 6};
    const std::vector<std::uint16_t> row = {0, 4, 4, 2, 2, 3, 1, 0};
    Workspace<T> tile = integers<T>(cols * rows, 8);
    Workspace<T> expected = integers<T>(cols * rows, 8);
    std::size_t entry = 0;
    for (const ColumnRun& run : runs)
      for (std::int64_t k = 0; k < run.count; ++k, ++entry)
        for (std::int64_t i = 0; i < rows; ++i) expected[run.col * rows + i] += value[entry] * s[row[entry] * rows + i];
    add_columns(s.data(), runs.data(), runs.data() + runs.size(), value.data(), row.data(), tile.data());
    add_columns(s.data(), runs.data(), runs.data(), value.data(), row.data(), tile.data());
    std::int64_t wrong = 0;
    for (std::int64_t k = 0; k < tile.size(); ++k) wrong += tile[k] == expected[k] ? 0 : 1;
    CHECK(wrong == 0);
  });
}
