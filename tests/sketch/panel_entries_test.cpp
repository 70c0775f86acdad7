// The order of entries that the product with panels needs, against the entries themselves.
#include <doctest/doctest.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "linalg/parallel.hpp"
#include "sketch/panel_entries.hpp"
#include "tests/sketch/sketch_support.hpp"

using namespace croquis;

namespace {

using Place = std::tuple<std::int64_t, std::int64_t, double>;

template <class View>
std::vector<Place> places_in_order(const View& a) {
  const PanelEntries<double> grouped = group_by_panels(a);
  CHECK(grouped.panels == (a.rows + panel_rows_of_a - 1) / panel_rows_of_a);
  CHECK(grouped.first_entry[grouped.panels] == a.nonzeros());
  std::vector<Place> places;
  for (std::int64_t panel = 0; panel < grouped.panels; ++panel) {
    std::int64_t k = grouped.first_entry[panel];
    std::uint16_t latest_first_row = 0;
    std::vector<bool> met(static_cast<std::size_t>(a.cols));
    for (std::int64_t r = grouped.first_run[panel]; r < grouped.first_run[panel + 1]; ++r) {
      const ColumnRun& run = grouped.runs[r];
      CHECK_FALSE(met[static_cast<std::size_t>(run.col)]);
      met[static_cast<std::size_t>(run.col)] = true;
      CHECK(run.count > 0);
      CHECK(grouped.row[k] >= latest_first_row);
      latest_first_row = grouped.row[k];
      for (const std::int64_t end = k + run.count; k < end; ++k)
        places.emplace_back(panel * panel_rows_of_a + grouped.row[k], run.col, grouped.value[k]);
    }
    CHECK(k == grouped.first_entry[panel + 1]);
  }
  return places;
}

}  // namespace

TEST_CASE("entries come by panels and columns, from either storage, none lost or moved") {
  struct Size {
    std::int64_t rows, cols;
    double density;
  };
  for (const Size& size : {Size{1, 1, 1.0},
                           {3, 700, 0.1},
                           {1024, 256, 0.02},
                           {1025, 257, 0.02},
                           {5000, 40, 0.01},
                           {700, 5000, 0.001},
                           {3000, 1, 0.3}}) {
    CAPTURE(size.rows);
    CAPTURE(size.cols);
    const auto triplets = test::random_triplets<double>(size.rows, size.cols, size.density, 3);
    const auto by_rows = SparseMatrix<double>::from_triplets(size.rows, size.cols, triplets);
    std::vector<Triplet<double>> swapped;
    for (const auto& e : triplets) swapped.push_back({e.col, e.row, e.value});
    const auto by_columns = SparseMatrix<double>::from_triplets(size.cols, size.rows, swapped);

    const auto view = by_rows.view();
    std::vector<Place> expected;
    for (std::int64_t i = 0; i < size.rows; ++i)
      for (std::int64_t k = view.row_start[i]; k < view.row_start[i + 1]; ++k)
        expected.emplace_back(i, view.column[k], view.value[k]);
    std::sort(expected.begin(), expected.end());
    std::vector<Place> rows_order = places_in_order(view);
    std::vector<Place> columns_order = places_in_order(transposed(by_columns.view()));
    std::sort(rows_order.begin(), rows_order.end());
    std::sort(columns_order.begin(), columns_order.end());
    CHECK(columns_order == expected);
    CHECK(rows_order == expected);
  }
}

TEST_CASE("rows and columns need not be sorted within a column or row") {
  const std::vector<std::int32_t> start = {0, 3, 4};
  const std::vector<std::int32_t> index = {2000, 0, 1500, 7};
  const std::vector<double> value = {1, 2, 3, 4};
  const auto by_columns =
      places_in_order(CscView<double, std::int32_t>{2500, 2, start.data(), index.data(), value.data()});
  CHECK(by_columns == std::vector<Place>{{0, 0, 2}, {7, 1, 4}, {2000, 0, 1}, {1500, 0, 3}});
  const auto by_rows =
      places_in_order(CsrView<double, std::int32_t>{2, 2500, start.data(), index.data(), value.data()});
  CHECK(by_rows == std::vector<Place>{{0, 2000, 1}, {0, 0, 2}, {0, 1500, 3}, {1, 7, 4}});
}
