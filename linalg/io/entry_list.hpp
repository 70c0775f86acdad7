// Doubles collected one after another before anybody knows how many there will be.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <croquis/linalg/matrix.hpp>

namespace croquis::io {

/// A list of doubles that grows by blocks: nothing is moved as it grows, and `take` frees each block once it is
/// copied, so the peak is the matrix and one block.
class EntryList {
 public:
  void push_back(double value) {
    if (next_ == end_) add_block();
    *next_++ = value;
  }

  void append(std::span<const double> values);

  /// Room at the end of the list, never empty; the caller writes its first entries and calls `advance`.
  std::span<double> room() {
    if (next_ == end_) add_block();
    return {next_, end_};
  }
  void advance(std::int64_t entries) { next_ += entries; }

  std::int64_t size() const { return full_ + (next_ - begin_); }

  /// All entries, in order, as a rows x cols matrix stored in `layout`; rows * cols must be `size()`. Empties the list.
  Matrix<double> take(std::int64_t rows, std::int64_t cols, Layout layout);

 private:
  struct Block {
    std::unique_ptr<double[]> entries;
    std::int64_t size;
  };

  void add_block();

  std::vector<Block> blocks_;
  std::int64_t full_ = 0;  // entries in all blocks but the last
  double* begin_ = nullptr;
  double* next_ = nullptr;
  double* end_ = nullptr;
};

}  // namespace croquis::io
