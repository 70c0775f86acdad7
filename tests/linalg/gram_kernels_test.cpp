// The kernels of the Gram matrix against plain loops, on every instruction set.
#include "linalg/gram_kernels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "linalg/memory.hpp"
#include "tests/support/kernel_inputs.hpp"
#include "tests/support/simd_targets.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

template <class From, class T>
void check_packing() {
  const std::int64_t width = gram_tile<T>().width;
  for (const Layout layout : {Layout::column_major, Layout::row_major}) {
    for (const std::int64_t rows : {1, 7, 8, 9, 16, 21}) {
      for (std::int64_t cols = 1; cols <= 2 * width + 1; ++cols) {
        const std::int64_t leading = (layout == Layout::column_major ? rows : cols) + 3;
        // One entry past the alignment of the allocation.
        const Workspace<From> memory = integers<From>(1 + leading * std::max(rows, cols), 11);
        const MatrixView<const From> a{memory.data() + 1, rows, cols, leading, layout};
        std::vector<From> scale;
        for (std::int64_t j = 0; j < cols; ++j) scale.push_back(std::ldexp(From(1), static_cast<int>(j % 5) - 2));
        const std::int64_t panels = (cols + width - 1) / width;
        Workspace<T> packed(panels * width * rows);
        std::fill_n(packed.data(), packed.size(), T(99));
        pack_panels(a, scale.data(), packed.data());
        std::int64_t wrong = 0;
        for (std::int64_t j = 0; j < panels * width; ++j)
          for (std::int64_t k = 0; k < rows; ++k) {
            const T expected = j < cols ? static_cast<T>(a(k, j) * scale[static_cast<std::size_t>(j)]) : T(0);
            wrong += packed[j / width * width * rows + k * width + j % width] == expected ? 0 : 1;
          }
        CHECK(wrong == 0);
      }
    }
  }
}

}  // namespace

TEST_CASE("columns are scaled, rounded and packed, in either layout and of any size") {
  for_each_simd_target([] {
    check_packing<float, float>();
    check_packing<double, double>();
    check_packing<double, float>();
  });
}

TEST_CASE_TEMPLATE("products of panels are added to columns of any stride", T, float, double) {
  for_each_simd_target([] {
    const auto [width, strip] = gram_tile<T>();
    REQUIRE(width % strip == 0);
    for (const std::int64_t depth : {1, 2, 7, 40}) {
      for (const std::int64_t stride : {width, width + 3}) {
        for (std::int64_t strips = 1; strips <= 2 * width / strip; ++strips) {
          const Workspace<T> left = integers<T>(depth * width, 3);
          const Workspace<T> right = integers<T>(2 * depth * width, 4);
          // One entry past the alignment of the allocation.
          Workspace<T> memory = integers<T>(1 + strips * strip * stride, 5);
          const Workspace<T> before = integers<T>(1 + strips * strip * stride, 5);
          add_panel_products(left.data(), right.data(), depth, strips, memory.data() + 1, stride);
          std::int64_t wrong = memory[0] == before[0] ? 0 : 1;
          for (std::int64_t j = 0; j < strips * strip; ++j) {
            const T* column = right.data() + j / width * width * depth + j % width;
            for (std::int64_t i = 0; i < stride; ++i) {
              T expected = before[1 + j * stride + i];
              for (std::int64_t k = 0; k < depth && i < width; ++k) expected += left[k * width + i] * column[k * width];
              wrong += memory[1 + j * stride + i] == expected ? 0 : 1;
            }
          }
          CHECK(wrong == 0);
        }
      }
    }
  });
}
