// The Walsh-Hadamard transform of one column or of a contiguous row-major block, for use inside tiles.
#pragma once

#include <cstdint>

namespace croquis {

/// Transforms, in place and unnormalised, the columns of the row-major, contiguous `rows` x `width` block `x`; `rows`
/// is a power of two. Vectorised along rows (along the column when width is 1).
///
/// Three or four levels of butterflies are done per pass, and blocks that fit a cache are finished before the next is
/// touched.
void walsh_hadamard_block(float* x, std::int64_t rows, std::int64_t width);
void walsh_hadamard_block(double* x, std::int64_t rows, std::int64_t width);

/// What is left of `walsh_hadamard_block` when each group of `done` rows, a power of two, is transformed already.
void walsh_hadamard_above(float* x, std::int64_t done, std::int64_t rows, std::int64_t width);
void walsh_hadamard_above(double* x, std::int64_t done, std::int64_t rows, std::int64_t width);

/// x = H D a for the column a of `rows` entries: D negates entry i where bit i mod 64 of signs[i / 64] is set, H is the
/// unnormalised transform. x may be a.
///
/// a is read once, together with the signs: as long as x fits a cache, that is all that comes from memory.
void signed_walsh_hadamard_column(const float* a, const std::uint64_t* signs, std::int64_t rows, float* x);
void signed_walsh_hadamard_column(const double* a, const std::uint64_t* signs, std::int64_t rows, double* x);

/// The same for the `width` columns of a whose rows are `stride` apart; x is contiguous, and may be a if that is too.
/// `rows_after` rows of the same matrix follow those of a; the first of them are asked for ahead of their turn.
void signed_walsh_hadamard_rows(const float* a, std::int64_t stride, std::int64_t rows_after,
                                const std::uint64_t* signs, std::int64_t rows, std::int64_t width, float* x);
void signed_walsh_hadamard_rows(const double* a, std::int64_t stride, std::int64_t rows_after,
                                const std::uint64_t* signs, std::int64_t rows, std::int64_t width, double* x);

}  // namespace croquis
