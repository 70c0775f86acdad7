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
///   radius = sqrt(-2 variance log u), u = (2 floor(word_0 / 4) + 1) 2^-63 rounded to double,
///   direction = a point of the unit circle; word_1 gives its angle from the nearest diagonal's quarter with 62 bits
///   and picks the quarter with the other 2.
/// So the radius has 62 random bits and reaches sqrt(2 log 2^63) = 9.3 standard deviations. An entry is within 4
/// units in the last place of the exact transform of its words, on every instruction set; a float entry is the double
/// one rounded, so sketches in float and in double are the same sketch.
void fill_normals(std::uint64_t seed, double variance, std::int64_t first_row, std::int64_t first_col,
                  MatrixView<float> out);
void fill_normals(std::uint64_t seed, double variance, std::int64_t first_row, std::int64_t first_col,
                  MatrixView<double> out);

}  // namespace croquis
