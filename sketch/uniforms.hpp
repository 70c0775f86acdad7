// The entries of a uniform sketch.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// out(i, j) = U(first_row + i, first_col + j), independent, uniform on (-bound, bound); on the calling thread,
/// vectorised.
///
/// Rows 2 q and 2 q + 1 of column j come from the two 64-bit words of the stream `uniforms` at index q, position j:
///   bound * (2 (word mod 2^52) + 1 - 2^52) 2^-52,
/// an odd number of 53 bits scaled, rounded once: never zero, symmetric, and the same on every instruction set. A float
/// entry is the double one rounded.
void fill_uniforms(std::uint64_t seed, double bound, std::int64_t first_row, std::int64_t first_col,
                   MatrixView<float> out);
void fill_uniforms(std::uint64_t seed, double bound, std::int64_t first_row, std::int64_t first_col,
                   MatrixView<double> out);

}  // namespace croquis
