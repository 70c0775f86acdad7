// Inputs of the kernel tests, on which vectorised and plain loops must agree to the bit.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "linalg/memory.hpp"

namespace croquis::test {

/// Small integers: their sums and products are exact.
template <class T>
Workspace<T> integers(std::int64_t count, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  Workspace<T> x(count);
  for (std::int64_t i = 0; i < count; ++i) x[i] = static_cast<T>(static_cast<int>(generator() % 201) - 100);
  return x;
}

/// Entries of a table of signed rows: a row of first_row + [0, rows) in the low 31 bits, a sign in the top one.
inline std::vector<std::uint32_t> random_entries(std::int64_t count, std::uint32_t first_row, std::uint32_t rows,
                                                 std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::vector<std::uint32_t> table;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t word = generator();
    const auto row = first_row + static_cast<std::uint32_t>(word % rows);
    table.push_back(row | (static_cast<std::uint32_t>(word >> 63) << 31));
  }
  return table;
}

}  // namespace croquis::test
