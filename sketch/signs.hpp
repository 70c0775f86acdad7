// The entries of a Rademacher sketch.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// out(i, j) = +-size, the sign of entry (first_row + i, first_col + j); on the calling thread, vectorised.
///
/// The 128 bits of the stream `rademacher` at index q, position p are the signs of rows 16 q + [0, 16) of columns
/// 8 p + [0, 8), column by column, the lowest bit of the first word first; a set bit is a minus. So a panel wastes no
/// bits, tall or wide.
void fill_signs(std::uint64_t seed, double size, std::int64_t first_row, std::int64_t first_col, MatrixView<float> out);
void fill_signs(std::uint64_t seed, double size, std::int64_t first_row, std::int64_t first_col,
                MatrixView<double> out);

}  // namespace croquis
