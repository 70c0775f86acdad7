// The sparse-sign sketch of a dense matrix that comes in blocks of rows, kept in the form that rows are added to.
#pragma once

#include <cstdint>

#include <croquis/sketch/sparse_sign.hpp>

#include "linalg/memory.hpp"
#include "sketch/scatter_kernels.hpp"

namespace croquis {

/// sqrt(nonzeros) S A, a strip of columns to a tile, for the strips' kernel to add to: no block of rows clears a tile,
/// or adds one to the result. Where there are few strips each has several tiles, which parts of a large block share.
template <class T>
class TileSum {
 public:
  /// For an A of `cols` columns; `width` as in `scatter_rows`.
  TileSum(const SparseSign& s, std::int64_t cols, std::int64_t width);

  std::int64_t width() const { return width_; }
  /// The tasks that adding a block of `rows` rows is made of: a number that depends on the shape alone.
  std::int64_t tasks(std::int64_t rows) const { return strips_ * chunks_for(rows); }
  /// Does one of them. `entries` are those of the block's columns of S. False if a sum is not finite, as it is once an
  /// entry of A was not.
  bool add(std::int64_t task, MatrixView<const T> a, const std::uint32_t* entries);

  /// out += S A.
  void write(MatrixView<T> out) const;

 private:
  std::int64_t chunks_for(std::int64_t rows) const;
  std::int64_t place(std::int64_t strip, std::int64_t chunk) const {
    return (strip * chunks_ + chunk) * s_.rows * width_;
  }

  SparseSign s_;
  std::int64_t cols_;
  std::int64_t width_;
  std::int64_t strips_;
  std::int64_t chunks_;
  Workspace<T> tiles_;
};

}  // namespace croquis
