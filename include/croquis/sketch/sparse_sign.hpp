// Sparse-sign sketches: a few +-1 entries in each column. CountSketch is the case of one.
#pragma once

#include <cstdint>

#include <croquis/sketch/sketch_operator.hpp>

namespace croquis {

/// Exactly `nonzeros` entries +-1 / sqrt(nonzeros) in each column of S: one at a uniform place in each of `nonzeros`
/// blocks of (nearly) equal numbers of rows, each with an independent sign; that is, stacked CountSketches. Also
/// called s-hashing, OSNAP and SASO.
///
/// Costs one pass over A whatever the number of nonzeros: nonzeros * m * n additions. Distortion is close to the
/// Gaussian's from 8 nonzeros on. 1 <= nonzeros <= rows.
/// Sources: Kane and Nelson, arXiv 1012.1577 (block construction); Cohen, SODA 2016; Cartis, Fiala and Shao,
/// arXiv 2105.11815.
struct SparseSign {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t nonzeros = 8;
  std::uint64_t seed = 0;
  bool operator==(const SparseSign&) const = default;
};

/// One entry +-1 in each column of S at a uniform row: the `SparseSign` of one nonzero, to which it converts.
///
/// The cheapest sketch, m n additions and one pass over A, but it needs d of the order of n^2 for a guarantee.
/// Source: Clarkson and Woodruff, arXiv 1207.6365.
struct CountSketch {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::uint64_t seed = 0;
  bool operator==(const CountSketch&) const = default;
  constexpr operator SparseSign() const { return {.rows = rows, .cols = cols, .nonzeros = 1, .seed = seed}; }
};

static_assert(SketchOperator<SparseSign> && SketchOperator<CountSketch>);

}  // namespace croquis
