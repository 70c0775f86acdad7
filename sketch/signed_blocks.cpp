#include "sketch/signed_blocks.hpp"

#include <algorithm>

#include "linalg/transforms/walsh_hadamard.hpp"
#include "sketch/strip_kernels.hpp"

namespace croquis {
namespace {

constexpr std::int64_t bits_per_word = 64;
constexpr std::int64_t bits_per_position = 128;
// Bytes that are packed and transformed at a time: part of a second-level cache, so that of each column at least 2 KiB
// are read in a row. Shorter runs, which would fit the first level, come from memory too late.
constexpr std::int64_t cached_bytes = 131072;

}  // namespace

SignedBlocks::SignedBlocks(std::uint64_t seed, Stream stream, std::int64_t length, std::int64_t first_row,
                           std::int64_t rows)
    : length_(length),
      first_(first_row / length),
      count_((first_row + rows - 1) / length - first_ + 1),
      first_row_(first_row),
      rows_(rows),
      words_per_block_((length + bits_per_word - 1) / bits_per_word),
      signs_(0) {
  const std::int64_t begin = first_ * length / bits_per_position;
  const std::int64_t positions = (first_ + count_) * length / bits_per_position - begin + 1;
  Workspace<std::uint64_t> words(2 * positions);
  random_words(seed, stream_word(stream, 0), static_cast<std::uint64_t>(begin), positions, words.data());
  if (length >= bits_per_position) {
    signs_ = std::move(words);
    return;
  }
  signs_ = Workspace<std::uint64_t>(count_ * words_per_block_);
  for (std::int64_t b = 0; b < count_; ++b) {
    const std::int64_t bit = (first_ + b) * length - begin * bits_per_position;
    signs_[b] = words[bit / bits_per_word] >> (bit % bits_per_word);
  }
}

SignedBlocks::Range SignedBlocks::range(std::int64_t b) const {
  const std::int64_t begin = (first_ + b) * length_ - first_row_;
  return {begin, std::max<std::int64_t>(0, begin), std::min(rows_, begin + length_)};
}

template <class T>
void SignedBlocks::transform_column(const T* column, std::int64_t b, T* x) const {
  const Range r = range(b);
  const std::uint64_t* signs = signs_.data() + b * words_per_block_;
  if (r.from == r.begin && r.to == r.begin + length_)
    return signed_walsh_hadamard_column(column + r.begin, signs, length_, x);
  std::fill(x, x + (r.from - r.begin), T(0));
  std::copy(column + r.from, column + r.to, x + (r.from - r.begin));
  std::fill(x + (r.to - r.begin), x + length_, T(0));
  signed_walsh_hadamard_column(x, signs, length_, x);
}

template <class T>
void SignedBlocks::transform_strip(MatrixView<const T> strip, std::int64_t width, std::int64_t b, T* x) const {
  const Range r = range(b);
  const std::uint64_t* signs = signs_.data() + b * words_per_block_;
  const std::int64_t end = r.begin + length_;
  if (strip.layout == Layout::row_major && strip.cols == width && r.from == r.begin && r.to == end)
    return signed_walsh_hadamard_rows(strip.data + r.begin * strip.leading_dimension, strip.leading_dimension,
                                      strip.rows - end, signs, length_, width, x);
  const std::int64_t cached = cached_bytes / static_cast<std::int64_t>(sizeof(T)) / width;
  const std::int64_t part = std::min(length_, std::max(cached, bits_per_word));
  for (std::int64_t i = 0; i < length_; i += part) {
    const std::int64_t begin = r.begin + i;
    const std::int64_t from = std::clamp(r.from, begin, begin + part);
    const std::int64_t to = std::clamp(r.to, from, begin + part);
    T* packed = x + i * width;
    std::fill(packed, packed + (from - begin) * width, T(0));
    if (to > from) pack_rows(strip, from, to - from, width, packed + (from - begin) * width);
    std::fill(packed + (to - begin) * width, packed + part * width, T(0));
    signed_walsh_hadamard_rows(packed, width, 0, signs + i / bits_per_word, part, width, packed);
  }
  walsh_hadamard_above(x, part, length_, width);
}

#define CROQUIS_INSTANTIATE(T)                                                    \
  template void SignedBlocks::transform_column(const T*, std::int64_t, T*) const; \
  template void SignedBlocks::transform_strip(MatrixView<const T>, std::int64_t, std::int64_t, T*) const;
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
