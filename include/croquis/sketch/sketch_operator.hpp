// What a sketching operator is, and the contract every operator obeys.
#pragma once

#include <concepts>
#include <cstdint>

namespace croquis {

/// A sketching operator S is a d x m random matrix given by a few words: shape, parameters, seed. It holds no
/// entries and no buffers; it can be copied, compared and passed by value. d = `rows` is the embedding dimension,
/// m = `cols` the number of rows of the matrices it is applied to.
///
/// The contract, for every operator:
///  1. Entry (i, j) is a function of (type, shape, parameters, seed, i, j) alone: not of threads, tiles, call order
///     or machine. Integer draws (rows, signs, samples) are the same everywhere; Gaussian entries are the same for
///     any number of threads and agree across instruction sets to 4 units in the last place.
///  2. `apply` equals the product with the matrix that `fill` writes, to a small multiple of the unit roundoff.
///  3. Applying from the right is the transpose of applying from the left: `apply_right(A, S)` = A S^T.
///  4. E[S^T S] = I: the scaling is part of the operator.
///  5. Blocks stand alone: `accumulate(S, first_row, block, out)` adds S(:, first_row + [0, block.rows)) * block, so
///     summing over the blocks of A gives S A, whatever the blocks.
///  6. Row-major and column-major, float and double, dense, CSR and CSC inputs are all accepted as they are.
template <class S>
concept SketchOperator = std::regular<S> && requires(const S& s) {
  { s.rows } -> std::convertible_to<std::int64_t>;
  { s.cols } -> std::convertible_to<std::int64_t>;
  { s.seed } -> std::convertible_to<std::uint64_t>;
};

}  // namespace croquis
