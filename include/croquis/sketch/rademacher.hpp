// The Rademacher sketch: independent signs.
#pragma once

#include <cstdint>

#include <croquis/sketch/sketch_operator.hpp>

namespace croquis {

/// Independent entries S(i, j) = +-1 / sqrt(rows), either sign with probability 1/2.
///
/// Embeds like `Gaussian` and costs the same product, 2 d m n flops for an m x n matrix, but next to nothing to draw:
/// one random bit for an entry. All columns of S have length 1. The entries are the same to the bit on every machine.
/// Source: Achlioptas, Database-friendly random projections, J. Comput. Syst. Sci. 66, 2003.
struct Rademacher {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::uint64_t seed = 0;
  bool operator==(const Rademacher&) const = default;
};

static_assert(SketchOperator<Rademacher>);

}  // namespace croquis
