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

}  // namespace croquis
