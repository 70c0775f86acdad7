// The inner loop of a sparse-sign sketch of a dense matrix: each row of a strip of A is added to a few rows of a tile.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// The entries of a cache line. Tiles are whole lines wide, and a strip of a column-major A is one line of columns.
template <class T>
inline constexpr std::int64_t line_width = 64 / static_cast<std::int64_t>(sizeof(T));

/// Some blocks of rows of a sparse-sign sketch: for column i of S the entries `entry[i stride + b]`, b < count, as
/// `draw_sparse_signs` writes them, of which the rows are counted from `first_row`.
struct ScatterTable {
  const std::uint32_t* entry;
  std::int64_t stride;
  std::int64_t count;
  std::int64_t first_row;
};

/// tile(row of e - table.first_row, :) += +-strip(i, :) for each row i in first + [0, count) of the strip and each of
/// its entries e in the table.
///
/// The tile is row-major and contiguous, aligned to 64 bytes and `width` columns wide, a multiple of `line_width` and
/// at least the strip's; for a column-major strip, `line_width` itself. What the tile holds in columns beyond the
/// strip's is of no meaning.
///
/// Reads each row of the strip once, straight from A, and adds it to the tile from registers: a column-major A is
/// transposed there, in squares. Reads the table once; reads and writes table.count rows of the tile per row.
void scatter_rows(MatrixView<const float> strip, std::int64_t first, std::int64_t count, std::int64_t width,
                  const ScatterTable& table, float* tile);
void scatter_rows(MatrixView<const double> strip, std::int64_t first, std::int64_t count, std::int64_t width,
                  const ScatterTable& table, double* tile);

}  // namespace croquis
