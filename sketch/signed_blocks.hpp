// Aligned blocks of rows of a matrix, each given its random signs and Walsh-Hadamard transformed on its own.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix_view.hpp>

#include "linalg/memory.hpp"
#include "sketch/philox.hpp"

namespace croquis {

/// The blocks of `length` rows, a power of two, that the rows [first_row, first_row + rows) of a matrix touch, and the
/// signs of their rows. Rows of a block outside that range count as zero.
class SignedBlocks {
 public:
  SignedBlocks(std::uint64_t seed, Stream stream, std::int64_t length, std::int64_t first_row, std::int64_t rows);

  std::int64_t length() const { return length_; }
  std::int64_t first() const { return first_; }
  std::int64_t count() const { return count_; }

  /// x = H D of block first() + b of a column, whose entry of row `first_row` is column[0]; x has length() entries.
  /// The column's piece is read once, straight into the transform's first pass.
  template <class T>
  void transform_column(const T* column, std::int64_t b, T* x) const;

  /// The same for a strip of at most `width` columns; x is length() x width, row-major and contiguous, zero beyond the
  /// strip's columns. A full strip of a row-major matrix is read straight into the first pass; otherwise rows are
  /// packed first, as many at a time as the first-level cache holds.
  template <class T>
  void transform_strip(MatrixView<const T> strip, std::int64_t width, std::int64_t b, T* x) const;

 private:
  struct Range {
    std::int64_t begin, from, to;  // of the block, and of its rows that exist; relative to first_row
  };
  Range range(std::int64_t b) const;

  std::int64_t length_;
  std::int64_t first_;
  std::int64_t count_;
  std::int64_t first_row_;
  std::int64_t rows_;
  std::int64_t words_per_block_;
  Workspace<std::uint64_t> signs_;  // a bit for each row, each block beginning with a word of its own
};

}  // namespace croquis
