// The loop shared by the sketches that add rows of A into a small result: over strips of columns of A, the strip's
// part of the result in cache.
#pragma once

#include <cstdint>
#include <functional>

#include "sketch/multiply_sketch.hpp"

namespace croquis {

/// Columns of A in a strip: two cache lines' worth, so that a row of a strip is a few vectors and the strip's
/// d x width part of the result stays in the second-level cache for d in the thousands.
template <class T>
inline constexpr std::int64_t strip_width = 128 / static_cast<std::int64_t>(sizeof(T));

/// Adds the rows in blocks [first_block, last_block) of a strip of A (m x at most strip_width) to `tile`
/// (d x strip_width, row-major, contiguous).
template <class T>
using StripKernel =
    std::function<void(MatrixView<const T> strip, std::int64_t first_block, std::int64_t last_block, T* tile)>;

/// out = or += scale * (sum of the kernel's tiles), strips in parallel.
///
/// A's rows are dealt with in `blocks` blocks, whose meaning is the kernel's. When there are few strips the blocks
/// are split as well, into at most `most_chunks` chunks with tiles of their own that are added in order. The split
/// depends on the shape only.
template <class T>
void sketch_by_strips(MatrixView<const T> a, std::int64_t blocks, std::int64_t most_chunks, T scale, Update update,
                      MatrixView<T> out, const StripKernel<T>& kernel);

/// Copies rows [first, first + count) of a strip to `packed`, row-major with strip_width columns; columns beyond the
/// strip's are zero.
template <class T>
void pack_strip_rows(MatrixView<const T> strip, std::int64_t first, std::int64_t count, T* packed);

}  // namespace croquis
