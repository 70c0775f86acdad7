// Sums of multiples of columns, the inner loop of a dense sketch of a sparse matrix.
#pragma once

#include <cstdint>

#include "sketch/panel_entries.hpp"

namespace croquis {

/// Rows of a panel of S that are multiplied at once: two cache lines of each column.
template <class T>
constexpr std::int64_t column_rows = 128 / static_cast<std::int64_t>(sizeof(T));

/// tile(:, entry.col) += entry.value * s(:, entry.row) for all entries in order; s and tile are column-major with
/// column_rows<T> rows, one column after the other, aligned to 64 bytes. Vectorised.
///
/// Data movement: entries and columns of s go by in the order of memory, from the second-level cache; the tile, 32 KiB
/// for block_cols_of_a columns, is read and written for each entry and stays in the first-level cache.
void add_columns(const float* s, const BlockEntry<float>* begin, const BlockEntry<float>* end, float* tile);
void add_columns(const double* s, const BlockEntry<double>* begin, const BlockEntry<double>* end, double* tile);

}  // namespace croquis
