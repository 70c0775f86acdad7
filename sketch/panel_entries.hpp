// The entries of a sparse matrix in the order in which panels of a dense operator meet them.
#pragma once

#include <cstdint>

#include <croquis/linalg/sparse.hpp>

#include "linalg/memory.hpp"

namespace croquis {

/// Rows of A that meet one panel of S.
constexpr std::int64_t panel_rows_of_a = 1024;

/// `count` consecutive entries of one column.
struct ColumnRun {
  std::int64_t col;
  std::int64_t count;
};

/// All entries, by panels of rows and within them by columns, of which those without entries are left out; panel p has
/// runs [first_run[p], first_run[p + 1]) and its entries start at first_entry[p]. The runs of a panel are in the order
/// of their first rows: neighbours begin with the same columns of S, which makes the product a third faster.
template <class T>
struct PanelEntries {
  std::int64_t panels;
  Workspace<std::int64_t> first_run;
  Workspace<std::int64_t> first_entry;
  Workspace<ColumnRun> runs;
  Workspace<T> value;
  Workspace<std::uint16_t> row;  ///< counted from the panel's first
};

/// Copies the entries in that order, in two passes over A: one counts, one deals out. By columns a third pass over the
/// copy, in cache, brings the runs into order.
template <class T, class Index>
PanelEntries<T> group_by_panels(const CsrView<T, Index>& a);
template <class T, class Index>
PanelEntries<T> group_by_panels(const CscView<T, Index>& a);

}  // namespace croquis
