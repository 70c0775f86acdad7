// The entries of a sparse matrix in the order in which panels of a dense operator meet them.
#pragma once

#include <cstdint>

#include <croquis/linalg/sparse.hpp>

#include "linalg/memory.hpp"

namespace croquis {

/// Rows of A that meet one panel of S, and columns of A whose part of the result stays in the first-level cache.
constexpr std::int64_t panel_rows_of_a = 1024;
constexpr std::int64_t block_cols_of_a = 256;

/// An entry at (row, col) of a block of panel_rows_of_a x block_cols_of_a.
template <class T>
struct BlockEntry {
  T value;
  std::uint16_t row;
  std::uint16_t col;
};

/// All entries, by panels of rows, within them by blocks of columns, within them by rows.
template <class T>
struct PanelEntries {
  std::int64_t panels;
  std::int64_t blocks;
  Workspace<std::int64_t> start;  ///< the first entry of block panel * blocks + block; one more at the end
  Workspace<BlockEntry<T>> entries;

  const BlockEntry<T>* begin(std::int64_t panel, std::int64_t block) const {
    return entries.data() + start[panel * blocks + block];
  }
  const BlockEntry<T>* end(std::int64_t panel, std::int64_t block) const {
    return entries.data() + start[panel * blocks + block + 1];
  }
};

/// Copies the entries in that order: by rows in one pass that stays in cache for each panel, by columns in a pass that
/// deals them out to the panels and one that sorts each block by rows.
template <class T, class Index>
PanelEntries<T> group_by_panels(const CsrView<T, Index>& a);
template <class T, class Index>
PanelEntries<T> group_by_panels(const CscView<T, Index>& a);

}  // namespace croquis
