// The loop shared by the sketches that add rows of A into a small result: over strips of columns of A, the strip's
// part of the result in cache.
#pragma once

#include <cstdint>
#include <functional>

#include "sketch/multiply_sketch.hpp"
#include "sketch/strip_kernels.hpp"

namespace croquis {

/// Adds the rows in blocks [first_block, last_block) of a strip of A (m x at most width) to `tile` (d x width,
/// row-major, contiguous).
template <class T>
using StripKernel = std::function<void(MatrixView<const T> strip, std::int64_t width, std::int64_t first_block,
                                       std::int64_t last_block, T* tile)>;

/// out = or += scale * (sum of the kernel's tiles), strips of `width` columns in parallel.
///
/// A's rows are dealt with in `blocks` blocks, whose meaning is the kernel's. When there are few strips the blocks
/// are split as well, into at most `most_chunks` chunks with tiles of their own that are added in order. The split
/// depends on the shape only.
template <class T>
void sketch_by_strips(MatrixView<const T> a, std::int64_t width, std::int64_t blocks, std::int64_t most_chunks, T scale,
                      Update update, MatrixView<T> out, const StripKernel<T>& kernel);

/// How many tiles of `tile_size` entries each of `strips` strips is to have at most: for enough tasks, but little
/// memory.
template <class T>
std::int64_t chunks_of_strips(std::int64_t strips, std::int64_t tile_size);

/// to = or += scale * tile, whose rows are `width` apart. On the calling thread.
template <class T>
void write_tile(const T* tile, std::int64_t width, T scale, Update update, MatrixView<T> to);

/// The width of the strips of A for the tiles of a sparse-sign sketch that have `rows` rows.
template <class T>
std::int64_t strip_width_for(const SparseSign& s, MatrixView<const T> a, std::int64_t rows);

}  // namespace croquis
