// Whether an operator's shape and parameters make sense.
#pragma once

#include <cstdint>

#include <croquis/sketch/any_sketch.hpp>

namespace croquis {

/// Throws `InvalidOption`, naming the field and its range, unless `s` is a valid operator.
void check_sketch(const AnySketch& s);

/// The order of the Walsh-Hadamard matrix behind an Srht: the smallest power of two >= cols.
constexpr std::int64_t hadamard_order(std::int64_t cols) {
  std::int64_t order = 1;
  while (order < cols) order *= 2;
  return order;
}

/// The order of the Walsh-Hadamard blocks of a HashedRht.
constexpr std::int64_t hashed_block_order(const HashedRht& s) {
  constexpr std::int64_t least = 4096;
  const std::int64_t wanted = 4 * s.rows < least ? least : 4 * s.rows;
  return hadamard_order(s.cols < wanted ? s.cols : wanted);
}

}  // namespace croquis
