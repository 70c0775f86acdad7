// Views: where an entry is, and what blocks and transposes share.
#include <croquis/linalg/matrix_view.hpp>

#include <doctest/doctest.h>

#include <type_traits>
#include <vector>

using namespace croquis;

TEST_CASE("Entries are where the layout and the leading dimension say") {
  std::vector<double> memory(20);
  for (int k = 0; k < 20; ++k) memory[k] = k;
  const auto c = column_major(memory.data(), 3, 4, 5);
  CHECK(c(2, 3) == 2 + 3 * 5);
  CHECK(c.row_stride() == 1);
  CHECK(c.column_stride() == 5);
  const auto r = row_major(memory.data(), 3, 4, 5);
  CHECK(r(2, 3) == 2 * 5 + 3);
  CHECK(r.row_stride() == 5);
  CHECK(r.column_stride() == 1);
  CHECK(r.size() == 12);
}

TEST_CASE("The leading dimension is tight unless given") {
  double entry = 0;
  CHECK(column_major(&entry, 3, 4).leading_dimension == 3);
  CHECK(row_major(&entry, 3, 4).leading_dimension == 4);
  CHECK(column_major(&entry, 0, 4).leading_dimension == 0);
}

TEST_CASE("A block shares memory with its matrix") {
  std::vector<double> memory(20, 0.0);
  for (const auto& a : {column_major(memory.data(), 4, 5), row_major(memory.data(), 4, 5)}) {
    const auto block = a.block(1, 2, 3, 2);
    CHECK(block.rows == 3);
    CHECK(block.cols == 2);
    CHECK(&block(2, 1) == &a(3, 3));
    const auto inner = block.block(1, 1, 1, 1);
    CHECK(&inner(0, 0) == &a(2, 3));
    // Empty blocks are allowed at the end.
    CHECK(a.block(4, 5, 0, 0).size() == 0);
  }
}

TEST_CASE("A block of a matrix without memory has none") {
  const MatrixView<double> empty{nullptr, 0, 3, 0, Layout::column_major};
  CHECK(empty.block(0, 2, 0, 1).data == nullptr);
}

TEST_CASE("The transpose is the same memory seen the other way") {
  std::vector<double> memory(12);
  const auto a = column_major(memory.data(), 3, 4);
  const auto t = a.transposed();
  CHECK(t.rows == 4);
  CHECK(t.cols == 3);
  CHECK(t.layout == Layout::row_major);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 4; ++j) CHECK(&t(j, i) == &a(i, j));
  CHECK(t.transposed().layout == Layout::column_major);
}

TEST_CASE("A view converts to a view of const, and not back") {
  static_assert(std::is_convertible_v<MatrixView<double>, MatrixView<const double>>);
  static_assert(!std::is_convertible_v<MatrixView<const double>, MatrixView<double>>);
  static_assert(!std::is_convertible_v<MatrixView<double>, MatrixView<const float>>);
  double entry = 7;
  const MatrixView<const double> view = column_major(&entry, 1, 1);
  CHECK(view(0, 0) == 7);
}
