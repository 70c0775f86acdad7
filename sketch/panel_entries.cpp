#include "sketch/panel_entries.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "linalg/parallel.hpp"

namespace croquis {
namespace {

std::int64_t parts_of(std::int64_t size, std::int64_t length) { return (size + length - 1) / length; }

template <class T>
PanelEntries<T> make_room(std::int64_t rows, std::int64_t cols, std::int64_t entries) {
  const std::int64_t panels = parts_of(rows, panel_rows_of_a);
  const std::int64_t blocks = parts_of(cols, block_cols_of_a);
  return {panels, blocks, Workspace<std::int64_t>(panels * blocks + 1), Workspace<BlockEntry<T>>(entries)};
}

template <class T>
BlockEntry<T> entry_at(std::int64_t row, std::int64_t col, T value) {
  return {value, static_cast<std::uint16_t>(row % panel_rows_of_a), static_cast<std::uint16_t>(col % block_cols_of_a)};
}

// Sorts by row, keeping the order of equal rows.
template <class T>
void sort_by_row(BlockEntry<T>* entries, std::int64_t count, std::vector<BlockEntry<T>>& copy) {
  std::array<std::int64_t, panel_rows_of_a> next{};
  for (std::int64_t k = 0; k < count; ++k) ++next[entries[k].row];
  std::int64_t total = 0;
  for (std::int64_t& place : next) total += std::exchange(place, total);
  copy.assign(entries, entries + count);
  for (const BlockEntry<T>& entry : copy) entries[next[entry.row]++] = entry;
}

}  // namespace

template <class T, class Index>
PanelEntries<T> group_by_panels(const CsrView<T, Index>& a) {
  PanelEntries<T> grouped = make_room<T>(a.rows, a.cols, a.nonzeros());
  const auto first = static_cast<std::int64_t>(a.row_start[0]);
  for_each_tile(grouped.panels, [&](std::int64_t panel) {
    const std::int64_t begin = panel * panel_rows_of_a;
    const std::int64_t end = std::min(begin + panel_rows_of_a, a.rows);
    std::vector<std::int64_t> next(static_cast<std::size_t>(grouped.blocks));
    for (auto k = static_cast<std::int64_t>(a.row_start[begin]); k < static_cast<std::int64_t>(a.row_start[end]); ++k)
      ++next[static_cast<std::size_t>(a.column[k] / block_cols_of_a)];
    std::int64_t total = static_cast<std::int64_t>(a.row_start[begin]) - first;
    for (std::int64_t block = 0; block < grouped.blocks; ++block) {
      grouped.start[panel * grouped.blocks + block] = total;
      total += std::exchange(next[static_cast<std::size_t>(block)], total);
    }
    for (std::int64_t i = begin; i < end; ++i) {
      for (auto k = static_cast<std::int64_t>(a.row_start[i]); k < static_cast<std::int64_t>(a.row_start[i + 1]); ++k)
        grouped.entries[next[static_cast<std::size_t>(a.column[k] / block_cols_of_a)]++] =
            entry_at(i, static_cast<std::int64_t>(a.column[k]), a.value[k]);
    }
  });
  grouped.start[grouped.panels * grouped.blocks] = a.nonzeros();
  return grouped;
}

template <class T, class Index>
PanelEntries<T> group_by_panels(const CscView<T, Index>& a) {
  PanelEntries<T> grouped = make_room<T>(a.rows, a.cols, a.nonzeros());
  // Chunks of columns, several to a block where there are few blocks, count and deal out on their own.
  const std::int64_t chunk_cols = grouped.blocks < 16 ? block_cols_of_a / 8 : block_cols_of_a;
  const std::int64_t chunks = parts_of(a.cols, chunk_cols);
  Workspace<std::int64_t> next(chunks * grouped.panels);
  const auto first_of = [&](std::int64_t column) { return static_cast<std::int64_t>(a.column_start[column]); };
  const auto end_of = [&](std::int64_t chunk) { return std::min((chunk + 1) * chunk_cols, a.cols); };
  for_each_tile(chunks, [&](std::int64_t chunk) {
    std::int64_t* count = next.data() + chunk * grouped.panels;
    std::fill_n(count, grouped.panels, 0);
    for (std::int64_t k = first_of(chunk * chunk_cols); k < first_of(end_of(chunk)); ++k)
      ++count[a.row[k] / panel_rows_of_a];
  });
  std::int64_t total = 0;
  for (std::int64_t panel = 0; panel < grouped.panels; ++panel) {
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
      if (chunk * chunk_cols % block_cols_of_a == 0)
        grouped.start[panel * grouped.blocks + chunk * chunk_cols / block_cols_of_a] = total;
      total += std::exchange(next[chunk * grouped.panels + panel], total);
    }
  }
  grouped.start[grouped.panels * grouped.blocks] = total;
  for_each_tile(chunks, [&](std::int64_t chunk) {
    std::int64_t* place = next.data() + chunk * grouped.panels;
    for (std::int64_t j = chunk * chunk_cols; j < end_of(chunk); ++j)
      for (std::int64_t k = first_of(j); k < first_of(j + 1); ++k)
        grouped.entries[place[a.row[k] / panel_rows_of_a]++] =
            entry_at(static_cast<std::int64_t>(a.row[k]), j, a.value[k]);
  });
  for_each_tile(grouped.panels, [&](std::int64_t panel) {
    std::vector<BlockEntry<T>> copy;
    for (std::int64_t block = 0; block < grouped.blocks; ++block) {
      const std::int64_t begin = grouped.start[panel * grouped.blocks + block];
      sort_by_row(grouped.entries.data() + begin, grouped.start[panel * grouped.blocks + block + 1] - begin, copy);
    }
  });
  return grouped;
}

#define CROQUIS_INSTANTIATE(T, Index)                                 \
  template PanelEntries<T> group_by_panels(const CsrView<T, Index>&); \
  template PanelEntries<T> group_by_panels(const CscView<T, Index>&);
CROQUIS_INSTANTIATE(float, std::int32_t)
CROQUIS_INSTANTIATE(float, std::int64_t)
CROQUIS_INSTANTIATE(double, std::int32_t)
CROQUIS_INSTANTIATE(double, std::int64_t)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
