// The hashed randomized Hadamard transform.
#pragma once

#include <cstdint>

#include <croquis/sketch/sketch_operator.hpp>

namespace croquis {

/// S = P H D: D random signs, H orthonormal Walsh-Hadamard matrices of order B along the diagonal, P a `SparseSign`
/// (`nonzeros` entries +-1 / sqrt(nonzeros) in each column) of all transformed rows, none of which is left out.
///
/// B is the smallest power of two >= min(cols, max(4 rows, 4096)): the columns of S form blocks of B, the last of which
/// is completed by zeros, so P has ceil(cols / B) B columns. With the signs s_j of D:
/// S(i, j) = s_j / sqrt(B) * sum over k of P(i, b B + k) (-1)^popcount(k & j mod B), 0 <= k < B, b = floor(j / B).
///
/// Transforming by blocks lets a block of rows of A stand alone at the cost of one pass over it, and costs mixing: the
/// transform spreads a heavy row of A over the B rows of its block, not over all of them. No row of an n-dimensional
/// subspace then weighs much more than n / B, a quarter of n / rows at most; by experiment one nonzero is then nearly
/// as good as a Gaussian sketch of as many rows where the rows are much more than 2 n, on coherent subspaces too, and
/// more nonzeros gain little. Where A is hardly taller than a block (cols of a few rows) and sparse it is worse: a
/// distortion of .61 beside .50 for a matrix of 1850 x 712 at d = 4 n.
///
/// Costs m n (log2(B) + nonzeros) additions. A piece of a block costs as much as the block: pieces that begin and end
/// at multiples of B, or are much longer, waste nothing. 1 <= nonzeros <= rows.
/// Source: Cartis, Fiala and Shao, arXiv 2105.11815; there with one transform of all rows and one nonzero.
struct HashedRht {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t nonzeros = 1;
  std::uint64_t seed = 0;
  bool operator==(const HashedRht&) const = default;
};

static_assert(SketchOperator<HashedRht>);

}  // namespace croquis
