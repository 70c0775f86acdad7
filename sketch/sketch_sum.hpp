// S [A B] of rows that come in blocks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/linalg/matrix.hpp>
#include <croquis/sketch/any_sketch.hpp>

#include "sketch/tile_sum.hpp"

namespace croquis {

/// What `accumulate` adds up over blocks of rows, at the same cost for small blocks as for large ones where S is
/// sparse-sign and A dense: d (n + k) entries, up to 16 MiB more where A has few columns, and as many again for each
/// result while it lives. Where blocks are cut changes the result by rounding.
template <class T>
class SketchSum {
 public:
  SketchSum(const AnySketch& s, std::int64_t cols, std::int64_t vectors);

  /// Adds S(:, first_row + rows of the block) [A B]. False if an entry of the block is not finite, or a sum no longer
  /// is.
  bool add(std::int64_t first_row, const AnyMatrixView<T>& a, MatrixView<const T> b);

  /// Blocks like this one of fewer rows are better gathered in a buffer of `buffer_rows` rows: those of tiles until
  /// they reach the better part of a tile, for which it is brought to cache.
  std::int64_t few_rows(const AnyMatrixView<T>& a, std::int64_t buffer_rows) const {
    return goes_to_tiles(a) ? std::max<std::int64_t>(256, s_.rows() / 8) : buffer_rows;
  }

  Matrix<T> sa() const { return total(a_, rest_of_a_, cols_); }
  Matrix<T> sb() const { return total(b_, rest_of_b_, vectors_); }

 private:
  bool goes_to_tiles(const AnyMatrixView<T>& a) const;
  bool add_to_tiles(const SparseSign& s, std::int64_t first_row, MatrixView<const T> a, MatrixView<const T> b);
  bool add_to_rest(std::int64_t first_row, const AnyMatrixView<T>& a, MatrixView<const T> b);
  Matrix<T> total(const std::optional<TileSum<T>>& tiles, const Matrix<T>& rest, std::int64_t cols) const;

  AnySketch s_;
  std::int64_t cols_;
  std::int64_t vectors_;
  std::optional<TileSum<T>> a_, b_;
  // What was not added to tiles; empty as long as there is nothing.
  Matrix<T> rest_of_a_, rest_of_b_;
};

}  // namespace croquis
