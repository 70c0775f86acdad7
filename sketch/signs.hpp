// The entries of a Rademacher sketch.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// out(i, j) = +-size, the sign of entry (first_row + i, first_col + j); on the calling thread, vectorised.
///
/// The 128 bits of the stream `rademacher` at index q, position j are the signs of rows 128 q, 128 q + 1, ... of
/// column j, the lowest bit of the first word first; a set bit is a minus.
void fill_signs(std::uint64_t seed, double size, std::int64_t first_row, std::int64_t first_col, MatrixView<float> out);
void fill_signs(std::uint64_t seed, double size, std::int64_t first_row, std::int64_t first_col,
                MatrixView<double> out);

}  // namespace croquis
