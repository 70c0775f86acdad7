// The entries of a Gaussian sketch.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// out(i, j) = N(first_row + i, first_col + j), independent normals of mean 0 and the given variance; on the calling
/// thread, vectorised.
///
/// Rows 2 q and 2 q + 1 of column j are the two results of one Box-Muller transform of the two 64-bit words of the
/// stream `normals` at index q, position j:
///   radius = sqrt(-2 variance log u), u = (2 (word_0 mod 2^52) + 1) 2^-53,
///   direction = (cos y, sin y), y = ((word_1 mod 2^52) 2^-52 - 1/2) pi / 2; the top bit of word_1 negates cos y and
///   the next swaps the two.
/// So the radius has 52 random bits, as has the angle within its quarter, and reaches sqrt(2 log 2^53) = 8.57 standard
/// deviations, beyond which lie 1e-17 of all normals. An entry is within 4 units in the last place of the exact
/// transform of its words, on every instruction set; a float entry is the double one rounded, so sketches in float and
/// in double are the same sketch.
void fill_normals(std::uint64_t seed, double variance, std::int64_t first_row, std::int64_t first_col,
                  MatrixView<float> out);
void fill_normals(std::uint64_t seed, double variance, std::int64_t first_row, std::int64_t first_col,
                  MatrixView<double> out);

}  // namespace croquis
