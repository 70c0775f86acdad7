// The integer draws of a sparse-sign sketch: the row and the sign of every entry.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include <croquis/sketch/sparse_sign.hpp>

#include "linalg/memory.hpp"

namespace croquis {

/// An entry of a column of S: its row in the low 31 bits, its sign (1: negative) in the top one.
constexpr std::int64_t entry_row(std::uint32_t entry) { return entry & 0x7FFFFFFF; }
constexpr bool entry_is_negative(std::uint32_t entry) { return (entry >> 31) != 0; }

/// +-value with the entry's sign, without a branch.
template <class T>
T with_sign(T value, std::uint32_t entry) {
  using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  constexpr int to_sign_bit = 8 * static_cast<int>(sizeof(T)) - 32;
  return std::bit_cast<T>(std::bit_cast<Bits>(value) ^ (static_cast<Bits>(entry & 0x80000000u) << to_sign_bit));
}

/// What every entry is up to its sign: 1 / sqrt(nonzeros).
template <class T>
T entry_size(const SparseSign& s) {
  return static_cast<T>(1 / std::sqrt(static_cast<double>(s.nonzeros)));
}

/// The first row of block b of the rows of S, b = 0, ..., nonzeros: floor(b rows / nonzeros).
constexpr std::int64_t block_begin(const SparseSign& s, std::int64_t block) { return block * s.rows / s.nonzeros; }

/// table[j nonzeros + b] = the entry in block b of column first_col + j, for j < count. On the calling thread.
///
/// Row: 32 bits of the stream `rows` scaled to the block; word (b mod 4) of index b / 4 at the column's position.
/// Sign: bit (b mod 128) of the stream `signs` at index b / 128.
void draw_sparse_signs(const SparseSign& s, std::int64_t first_col, std::int64_t count, std::uint32_t* table);

/// The same as a new table, drawn in parallel: 4 `nonzeros` bytes for each column.
Workspace<std::uint32_t> draw_table(const SparseSign& s, std::int64_t first_col, std::int64_t count);

}  // namespace croquis
