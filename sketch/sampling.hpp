// The integer draws of the subsampled transforms: a sample of rows and a sign for each column.
#pragma once

#include <cstdint>
#include <vector>

#include "sketch/philox.hpp"

namespace croquis {

/// `count` different numbers of [0, population), in random order: every sequence of them is equally likely, up to a
/// factor within 1 +- population / 2^64 for each draw. O(count) time and memory.
///
/// A Fisher-Yates shuffle stopped after `count` steps, of which only the places touched are stored. Step i takes word
/// 0 of the stream `sample` at position i.
std::vector<std::int64_t> sample_without_replacement(std::uint64_t seed, std::int64_t population, std::int64_t count);

/// `count` independent draws from [0, population): draw i is word 0 of the stream `sample` at position i, scaled.
std::vector<std::int64_t> sample_with_replacement(std::uint64_t seed, std::int64_t population, std::int64_t count);

/// signs[j] = the sign of column first_col + j, +1 or -1: bit (c mod 128) of `stream` at position c / 128 for column c,
/// 1 meaning -1. On the calling thread.
template <class T>
void draw_column_signs(std::uint64_t seed, std::int64_t first_col, std::int64_t count, T* signs,
                       Stream stream = Stream::signs);

}  // namespace croquis
