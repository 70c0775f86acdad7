// The Walsh-Hadamard transform of one column or of a contiguous row-major block, for use inside tiles.
#pragma once

#include <cstdint>

namespace croquis {

/// Transforms, in place and unnormalised, the columns of the row-major, contiguous `rows` x `width` block `x`; `rows`
/// is a power of two. Vectorised along rows (along the column when width is 1).
///
/// Three levels of butterflies are done per pass, and blocks that fit a cache are finished before the next is touched.
void walsh_hadamard_block(float* x, std::int64_t rows, std::int64_t width);
void walsh_hadamard_block(double* x, std::int64_t rows, std::int64_t width);

}  // namespace croquis
