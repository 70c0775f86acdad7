// The uniform sketch: independent entries spread over an interval.
#pragma once

#include <cstdint>

#include <croquis/sketch/sketch_operator.hpp>

namespace croquis {

/// Independent entries uniform on (-sqrt(3 / rows), sqrt(3 / rows)), of variance 1 / rows; none is zero.
///
/// Embeds like `Gaussian` and costs the same product, 2 d m n flops for an m x n matrix, with d m entries that are
/// bounded and several times cheaper to draw. The entries are the same to the bit on every machine.
/// Source: Vershynin, Introduction to the non-asymptotic analysis of random matrices, arXiv 1011.3027, section 5.3.
struct Uniform {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::uint64_t seed = 0;
  bool operator==(const Uniform&) const = default;
};

static_assert(SketchOperator<Uniform>);

}  // namespace croquis
