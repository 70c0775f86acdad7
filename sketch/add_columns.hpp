// Sums of multiples of columns, the inner loop of a dense sketch of a sparse matrix.
#pragma once

#include <cstdint>

#include "sketch/panel_entries.hpp"

namespace croquis {

/// Rows of a panel of S that are multiplied at once: four cache lines of each column.
template <class T>
constexpr std::int64_t column_rows = 256 / static_cast<std::int64_t>(sizeof(T));

/// tile(:, run.col) += the sum of entry.value * s(:, entry.row) over the run's entries, for each run in order; s and
/// tile are column-major with column_rows<T> rows, one column after the other, aligned to 64 bytes. Vectorised.
///
/// Data movement: runs and entries go by once; the columns of s, 256 KiB for panel_rows_of_a of them, come from the
/// second-level cache, once for each entry; a column of the tile is read and written once for each run.
void add_columns(const float* s, const ColumnRun* begin, const ColumnRun* end, const float* value,
                 const std::uint16_t* row, float* tile);
void add_columns(const double* s, const ColumnRun* begin, const ColumnRun* end, const double* value,
                 const std::uint16_t* row, double* tile);

}  // namespace croquis
