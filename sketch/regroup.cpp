#include "sketch/regroup.hpp"

#include <algorithm>
#include <vector>

#include "linalg/parallel.hpp"

namespace croquis {

template <class T, class Index>
GroupedByColumn<T> regroup(const CsrView<T, Index>& a) {
  const std::int64_t entries = a.nonzeros();
  GroupedByColumn<T> grouped{a.rows, a.cols, Workspace<std::int64_t>(a.cols + 1), Workspace<std::int64_t>(entries),
                             Workspace<T>(entries)};
  // Each chunk counts its entries by column; with few entries per column the counters would outweigh the entries.
  const Partition chunks(a.rows, std::clamp<std::int64_t>(entries / std::max<std::int64_t>(1, a.cols), 1, 16));
  Workspace<std::int64_t> next(chunks.count * a.cols);
  for_each_tile(chunks.count, [&](std::int64_t chunk) {
    std::int64_t* count = next.data() + chunk * a.cols;
    std::fill_n(count, a.cols, 0);
    const auto last = static_cast<std::int64_t>(a.row_start[chunks.end(chunk)]);
    for (auto k = static_cast<std::int64_t>(a.row_start[chunks.begin(chunk)]); k < last; ++k) ++count[a.column[k]];
  });
  std::int64_t total = 0;
  for (std::int64_t j = 0; j < a.cols; ++j) {
    grouped.column_start[j] = total;
    for (std::int64_t chunk = 0; chunk < chunks.count; ++chunk) {
      std::int64_t& place = next[chunk * a.cols + j];
      const std::int64_t count = place;
      place = total;
      total += count;
    }
  }
  grouped.column_start[a.cols] = total;
  for_each_tile(chunks.count, [&](std::int64_t chunk) {
    std::int64_t* place = next.data() + chunk * a.cols;
    for (std::int64_t i = chunks.begin(chunk); i < chunks.end(chunk); ++i) {
      for (auto k = static_cast<std::int64_t>(a.row_start[i]); k < static_cast<std::int64_t>(a.row_start[i + 1]); ++k) {
        const std::int64_t to = place[a.column[k]]++;
        grouped.row[to] = i;
        grouped.value[to] = a.value[k];
      }
    }
  });
  return grouped;
}

template GroupedByColumn<float> regroup(const CsrView<float, std::int32_t>&);
template GroupedByColumn<float> regroup(const CsrView<float, std::int64_t>&);
template GroupedByColumn<double> regroup(const CsrView<double, std::int32_t>&);
template GroupedByColumn<double> regroup(const CsrView<double, std::int64_t>&);

}  // namespace croquis
