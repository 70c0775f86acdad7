// A block of C += A^T B against plain loops, on every instruction set and for every length of tail.
#include "linalg/transposed_product.hpp"

#include <doctest/doctest.h>

#include "linalg/gram_kernels.hpp"
#include "linalg/memory.hpp"
#include "tests/support/kernel_inputs.hpp"
#include "tests/support/simd_targets.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

template <class T>
MatrixView<const T> part_of(const Workspace<T>& memory, std::int64_t rows, std::int64_t cols, Layout layout) {
  // One entry past the alignment of the allocation, and a leading dimension beyond the shape.
  return {memory.data() + 1, rows, cols, (layout == Layout::column_major ? rows : cols) + 3, layout};
}

// The number of wrong entries of C += A^T B, and of entries around C that changed. Entries are integers of at most a
// hundred, so that every order of the additions gives the same bits.
template <class T>
std::int64_t wrong_entries(std::int64_t depth, std::int64_t n, std::int64_t k, Layout a_layout, Layout b_layout) {
  const Workspace<T> a_memory = integers<T>(1 + (depth + 3) * (n + 3), 1);
  const Workspace<T> b_memory = integers<T>(1 + (depth + 3) * (k + 3), 2);
  const auto a = part_of(a_memory, depth, n, a_layout);
  const auto b = part_of(b_memory, depth, k, b_layout);
  const std::int64_t stride = n + 2;
  Workspace<T> c = integers<T>(1 + stride * (k + 1), 3);
  const Workspace<T> before = integers<T>(1 + stride * (k + 1), 3);
  Workspace<T> workspace(transposed_product_workspace<T>());
  add_transposed_product<T>(a, b, {c.data() + 1, n, k, stride, Layout::column_major}, workspace.data());
  std::int64_t wrong = c[0] == before[0] ? 0 : 1;
  for (std::int64_t j = 0; j <= k; ++j) {
    for (std::int64_t i = 0; i < stride; ++i) {
      T expected = before[1 + j * stride + i];
      for (std::int64_t l = 0; l < depth && i < n && j < k; ++l) expected += a(l, i) * b(l, j);
      wrong += c[1 + j * stride + i] == expected ? 0 : 1;
    }
  }
  return wrong;
}

}  // namespace

TEST_CASE_TEMPLATE("any size, layout and alignment", T, float, double) {
  for_each_simd_target([] {
    const std::int64_t width = gram_tile<T>().width;
    for (const Layout a_layout : {Layout::column_major, Layout::row_major}) {
      for (const Layout b_layout : {Layout::column_major, Layout::row_major}) {
        for (std::int64_t size = 1; size <= width + 2; ++size) {
          CHECK(wrong_entries<T>(5, size, width + 1, a_layout, b_layout) == 0);
          CHECK(wrong_entries<T>(5, width + 1, size, a_layout, b_layout) == 0);
          CHECK(wrong_entries<T>(size, width, width - 1, a_layout, b_layout) == 0);
        }
      }
    }
  });
}

TEST_CASE_TEMPLATE("more rows and columns than are packed at once", T, float, double) {
  // Sums of at most 400 products below 10^4: exact in float.
  constexpr std::int64_t columns = 3 * slab_bytes / slab_rows / static_cast<std::int64_t>(sizeof(T));
  for_each_simd_target([] {
    CHECK(wrong_entries<T>(slab_rows + 1, columns / 2, 17, Layout::row_major, Layout::column_major) == 0);
    CHECK(wrong_entries<T>(2 * slab_rows, 25, columns / 2, Layout::column_major, Layout::row_major) == 0);
  });
}

TEST_CASE("an empty product changes nothing") {
  CHECK(wrong_entries<double>(0, 5, 30, Layout::column_major, Layout::column_major) == 0);
  CHECK(wrong_entries<double>(7, 0, 30, Layout::column_major, Layout::column_major) == 0);
  CHECK(wrong_entries<double>(7, 30, 0, Layout::column_major, Layout::column_major) == 0);
}
