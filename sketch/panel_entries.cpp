#include "sketch/panel_entries.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "linalg/parallel.hpp"

namespace croquis {
namespace {

// Each has counters of its own, so there are not many.
constexpr std::int64_t most_tasks = 32;

template <class T>
PanelEntries<T> make_room(std::int64_t rows, std::int64_t entries) {
  const std::int64_t panels = (rows + panel_rows_of_a - 1) / panel_rows_of_a;
  return {panels,
          Workspace<std::int64_t>(panels + 1),
          Workspace<std::int64_t>(panels + 1),
          Workspace<ColumnRun>(entries),
          Workspace<T>(entries),
          Workspace<std::uint16_t>(entries)};
}

template <class T>
void put_entry(PanelEntries<T>& grouped, std::int64_t place, std::int64_t row, T value) {
  grouped.value[place] = value;
  grouped.row[place] = static_cast<std::uint16_t>(row % panel_rows_of_a);
}

// Sorts the runs of a panel, and their entries with them, by first row: a counting sort, since a panel has few rows.
template <class T>
class RunSorter {
 public:
  void sort(PanelEntries<T>& grouped, std::int64_t panel) {
    ColumnRun* const runs = grouped.runs.data() + grouped.first_run[panel];
    T* const value = grouped.value.data() + grouped.first_entry[panel];
    std::uint16_t* const row = grouped.row.data() + grouped.first_entry[panel];
    runs_.assign(runs, grouped.runs.data() + grouped.first_run[panel + 1]);
    const std::int64_t entries = grouped.first_entry[panel + 1] - grouped.first_entry[panel];
    value_.assign(value, value + entries);
    row_.assign(row, row + entries);
    // Where the next run that begins in each row goes, and its entries.
    places_.assign(panel_rows_of_a + 1, {0, 0});
    std::int64_t first = 0;
    for (const ColumnRun& run : runs_) {
      Place& after = places_[std::size_t{row_[static_cast<std::size_t>(first)]} + 1];
      ++after.run;
      after.entry += run.count;
      first += run.count;
    }
    for (std::size_t i = 1; i < places_.size(); ++i) {
      places_[i].run += places_[i - 1].run;
      places_[i].entry += places_[i - 1].entry;
    }
    first = 0;
    for (const ColumnRun& run : runs_) {
      Place& place = places_[row_[static_cast<std::size_t>(first)]];
      runs[place.run++] = run;
      std::copy_n(value_.data() + first, run.count, value + place.entry);
      std::copy_n(row_.data() + first, run.count, row + place.entry);
      place.entry += run.count;
      first += run.count;
    }
  }

 private:
  struct Place {
    std::int64_t run, entry;
  };
  std::vector<ColumnRun> runs_;
  std::vector<T> value_;
  std::vector<std::uint16_t> row_;
  std::vector<Place> places_;
};

}  // namespace

template <class T, class Index>
PanelEntries<T> group_by_panels(const CsrView<T, Index>& a) {
  PanelEntries<T> grouped = make_room<T>(a.rows, a.nonzeros());
  const auto first_of = [&](std::int64_t row) { return static_cast<std::int64_t>(a.row_start[row]); };
  const auto first_row = [&](std::int64_t panel) { return std::min(panel * panel_rows_of_a, a.rows); };
  // A panel's entries are where they were. Its runs are put there as well and closed up afterwards.
  for (std::int64_t panel = 0; panel <= grouped.panels; ++panel)
    grouped.first_entry[panel] = first_of(first_row(panel)) - first_of(0);
  const Partition parts(grouped.panels, most_tasks);
  for_each_tile(parts.count, [&](std::int64_t part) {
    Workspace<std::int64_t> place(a.cols);
    std::fill_n(place.data(), a.cols, 0);
    for (std::int64_t panel = parts.begin(part); panel < parts.end(part); ++panel) {
      ColumnRun* runs = grouped.runs.data() + grouped.first_entry[panel];
      std::int64_t count = 0;
      for (std::int64_t k = first_of(first_row(panel)); k < first_of(first_row(panel + 1)); ++k) {
        const auto col = static_cast<std::int64_t>(a.column[k]);
        if (place[col] == 0) runs[count++].col = col;
        ++place[col];
      }
      std::int64_t total = grouped.first_entry[panel];
      for (std::int64_t r = 0; r < count; ++r) {
        runs[r].count = place[runs[r].col];
        total += std::exchange(place[runs[r].col], total);
      }
      for (std::int64_t i = first_row(panel); i < first_row(panel + 1); ++i)
        for (std::int64_t k = first_of(i); k < first_of(i + 1); ++k)
          put_entry(grouped, place[a.column[k]]++, i, a.value[k]);
      for (std::int64_t r = 0; r < count; ++r) place[runs[r].col] = 0;
      grouped.first_run[panel] = count;
    }
  });
  std::int64_t runs = 0;
  for (std::int64_t panel = 0; panel < grouped.panels; ++panel) {
    const std::int64_t count = std::exchange(grouped.first_run[panel], runs);
    std::copy_n(grouped.runs.data() + grouped.first_entry[panel], count, grouped.runs.data() + runs);
    runs += count;
  }
  grouped.first_run[grouped.panels] = runs;
  return grouped;
}

template <class T, class Index>
PanelEntries<T> group_by_panels(const CscView<T, Index>& a) {
  PanelEntries<T> grouped = make_room<T>(a.rows, a.nonzeros());
  const auto first_of = [&](std::int64_t column) { return static_cast<std::int64_t>(a.column_start[column]); };
  const Partition chunks(a.cols, most_tasks);
  // For each chunk of columns and panel, how many entries and runs; then where they go.
  struct Place {
    std::int64_t entry, run, last_col;
  };
  Workspace<Place> places(chunks.count * grouped.panels);
  const auto each_entry = [&](std::int64_t chunk, const auto& visit) {
    Place* place = places.data() + chunk * grouped.panels;
    for (std::int64_t panel = 0; panel < grouped.panels; ++panel) place[panel].last_col = -1;
    for (std::int64_t j = chunks.begin(chunk); j < chunks.end(chunk); ++j) {
      for (std::int64_t k = first_of(j); k < first_of(j + 1); ++k) {
        Place& p = place[a.row[k] / panel_rows_of_a];
        visit(p, std::exchange(p.last_col, j) != j, k);
      }
    }
  };
  for_each_tile(chunks.count, [&](std::int64_t chunk) {
    std::fill_n(places.data() + chunk * grouped.panels, grouped.panels, Place{});
    each_entry(chunk, [](Place& p, bool new_run, std::int64_t) {
      ++p.entry;
      p.run += new_run ? 1 : 0;
    });
  });
  std::int64_t entries = 0;
  std::int64_t runs = 0;
  for (std::int64_t panel = 0; panel < grouped.panels; ++panel) {
    grouped.first_entry[panel] = entries;
    grouped.first_run[panel] = runs;
    for (std::int64_t chunk = 0; chunk < chunks.count; ++chunk) {
      Place& p = places[chunk * grouped.panels + panel];
      entries += std::exchange(p.entry, entries);
      runs += std::exchange(p.run, runs);
    }
  }
  grouped.first_entry[grouped.panels] = entries;
  grouped.first_run[grouped.panels] = runs;
  for_each_tile(chunks.count, [&](std::int64_t chunk) {
    each_entry(chunk, [&](Place& p, bool new_run, std::int64_t k) {
      if (new_run) grouped.runs[p.run++] = {p.last_col, 0};
      ++grouped.runs[p.run - 1].count;
      put_entry(grouped, p.entry++, static_cast<std::int64_t>(a.row[k]), a.value[k]);
    });
  });
  const Partition parts(grouped.panels, most_tasks);
  for_each_tile(parts.count, [&](std::int64_t part) {
    RunSorter<T> sorter;
    for (std::int64_t panel = parts.begin(part); panel < parts.end(part); ++panel) sorter.sort(grouped, panel);
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
