// The owning matrix.
#include <croquis/linalg/matrix.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <croquis/errors.hpp>

using namespace croquis;

TEST_CASE_TEMPLATE("A new matrix is zero and tight", T, float, double) {
  for (const Layout layout : {Layout::column_major, Layout::row_major}) {
    const Matrix<T> a(3, 5, layout);
    CHECK(a.rows() == 3);
    CHECK(a.cols() == 5);
    CHECK(a.layout() == layout);
    CHECK(a.leading_dimension() == (layout == Layout::column_major ? 3 : 5));
    CHECK(a.entries().size() == 15);
    CHECK(std::all_of(a.entries().begin(), a.entries().end(), [](T entry) { return entry == T(0); }));
  }
}

TEST_CASE("Empty matrices") {
  const Matrix<double> none;
  CHECK(none.rows() == 0);
  CHECK(none.cols() == 0);
  CHECK(none.entries().empty());
  const Matrix<double> no_rows(0, 7);
  CHECK(no_rows.cols() == 7);
  CHECK(no_rows.entries().empty());
  const Matrix<double> copy = no_rows;
  CHECK(copy.cols() == 7);
}

TEST_CASE("Memory is aligned, to huge pages when large") {
  const Matrix<double> small(3, 3);
  CHECK(reinterpret_cast<std::uintptr_t>(small.data()) % 64 == 0);
  const auto large = Matrix<double>::uninitialized(1 << 10, 1 << 9);
  CHECK(reinterpret_cast<std::uintptr_t>(large.data()) % (std::uintptr_t{2} << 20) == 0);
}

TEST_CASE("Copies are independent, moves are not copies") {
  Matrix<double> a(2, 2);
  a(1, 0) = 5;
  Matrix<double> b = a;
  b(1, 0) = 6;
  CHECK(a(1, 0) == 5);
  a = b;
  CHECK(a(1, 0) == 6);
  CHECK(a.data() != b.data());
  const double* memory = a.data();
  Matrix<double> c = std::move(a);
  CHECK(c.data() == memory);
  Matrix<double> d;
  d = std::move(c);
  CHECK(d.data() == memory);
  CHECK(d(1, 0) == 6);
  Matrix<double>& self = d;
  d = self;
  CHECK(d(1, 0) == 6);
}

TEST_CASE("A copy of a view takes its entries and layout, not its gaps") {
  std::vector<double> memory(20);
  for (int k = 0; k < 20; ++k) memory[k] = k;
  for (const auto& view : {column_major(memory.data(), 3, 4, 5), row_major(memory.data(), 3, 4, 5)}) {
    const Matrix<double> a{MatrixView<const double>(view)};
    CHECK(a.layout() == view.layout);
    CHECK(a.leading_dimension() == (view.layout == Layout::column_major ? 3 : 4));
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 4; ++j) CHECK(a(i, j) == view(i, j));
  }
}

TEST_CASE("Impossible sizes are refused by name") {
  CHECK_THROWS_AS(Matrix<double>(-1, 3), ShapeError);
  CHECK_THROWS_AS(Matrix<double>(3, -1), ShapeError);
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  CHECK_THROWS_AS(Matrix<double>(huge, 2), ShapeError);
  try {
    Matrix<float> a(huge, huge);
    FAIL("no exception");
  } catch (const ShapeError& error) {
    CHECK(std::string(error.what()).find(std::to_string(huge) + " x " + std::to_string(huge)) != std::string::npos);
  }
}

TEST_CASE("A view that is not well formed is not copied") {
  double entry = 0;
  CHECK_THROWS_AS((Matrix<double>{MatrixView<const double>{&entry, 2, 1, 1, Layout::column_major}}), ShapeError);
  CHECK_THROWS_AS((Matrix<double>{MatrixView<const double>{nullptr, 2, 1, 2, Layout::column_major}}), ShapeError);
}
