#include <doctest/doctest.h>

#include <algorithm>

#include "sketch/regroup.hpp"
#include "tests/sketch/sketch_support.hpp"

using namespace croquis;

TEST_CASE_TEMPLATE("regrouping keeps every entry, rows ascending and repeats in order", Index, std::int32_t,
                   std::int64_t) {
  // Rows of unsorted columns, with a repeat in row 3 and an empty row and column; starts need not begin at 0.
  const std::vector<Index> start = {2, 4, 4, 5, 9, 10};
  const std::vector<Index> column = {99, 99, 2, 0, 2, 5, 0, 0, 2, 4};
  const std::vector<double> value = {-1, -1, 20, 1, 21, 50, 2, 3, 22, 40};
  const auto grouped = regroup(CsrView<double, Index>{5, 6, start.data(), column.data(), value.data()});
  const auto view = grouped.view();
  CHECK(std::vector<std::int64_t>(view.column_start, view.column_start + 7) ==
        std::vector<std::int64_t>{0, 3, 3, 6, 6, 7, 8});
  CHECK(std::vector<std::int64_t>(view.row, view.row + 8) == std::vector<std::int64_t>{0, 3, 3, 0, 2, 3, 4, 3});
  CHECK(std::vector<double>(view.value, view.value + 8) == std::vector<double>{1, 2, 3, 20, 21, 22, 40, 50});
}

TEST_CASE("regrouping twice sorts each row and changes nothing else") {
  const auto a = SparseMatrix<double>::from_triplets(3000, 40, test::random_triplets<double>(3000, 40, 0.1, 3));
  const auto by_columns = regroup(a.view());
  const auto back = regroup(transposed(by_columns.view()));
  const auto view = transposed(back.view());
  REQUIRE(view.rows == 3000);
  REQUIRE(view.nonzeros() == a.nonzeros());
  CHECK(std::equal(view.row_start, view.row_start + 3001, a.view().row_start));
  CHECK(std::equal(view.column, view.column + a.nonzeros(), a.view().column));
  CHECK(std::equal(view.value, view.value + a.nonzeros(), a.view().value));
}
