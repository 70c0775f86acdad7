#include "sketch/signs.hpp"

#include <algorithm>

#include "sketch/philox.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sketch/signs.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The bits of 16 rows and as many columns: drawn at once, 4 KiB with their words, they stay in the first-level cache
// until they have become entries. The output is written once and nothing else moves.
constexpr std::int64_t block_rows = 16;
constexpr std::int64_t block_cols = 8;
constexpr std::int64_t blocks_at_once = 32;

// One bit from each lane, moved to the sign of `size`.
template <class D>
struct Signs {
  using T = hn::TFromD<D>;
  using Word = hwy::MakeUnsigned<T>;
  static constexpr std::int64_t word_bits = 8 * sizeof(T);
  const D d;
  const hn::RebindToUnsigned<D> du;
  const T size;

  // `at_top` has the wanted bits in the places of signs.
  HWY_INLINE hn::Vec<D> FromTop(hn::Vec<hn::RebindToUnsigned<D>> at_top) const {
    const auto top_bit = hn::Set(du, Word{1} << (word_bits - 1));
    return hn::Xor(hn::Set(d, size), hn::BitCast(d, hn::And(at_top, top_bit)));
  }
  HWY_INLINE T FromBit(Word word, std::int64_t bit) const { return (word >> bit) & 1 ? -size : size; }

  // Lanes are columns.
  HWY_INLINE void Row(const Word* HWY_RESTRICT words, std::int64_t bit, std::int64_t cols, T* HWY_RESTRICT to) const {
    const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
    std::int64_t j = 0;
    for (; j + lanes <= cols; j += lanes)
      hn::StoreU(FromTop(hn::ShiftLeftSame(hn::LoadU(du, words + j), static_cast<int>(word_bits - 1 - bit))), d,
                 to + j);
    for (; j < cols; ++j) to[j] = FromBit(words[j], bit);
  }

  // Lanes are the bits [first, last) of one word.
  HWY_INLINE void Column(Word word, std::int64_t first, std::int64_t last, T* HWY_RESTRICT to) const {
    const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
    const auto words = hn::Set(du, word);
    std::int64_t bit = first;
    for (; bit + lanes <= last; bit += lanes) {
      const auto left = hn::Sub(hn::Set(du, static_cast<Word>(word_bits - 1 - bit)), hn::Iota(du, Word{0}));
      hn::StoreU(FromTop(hn::Shl(words, left)), d, to + (bit - first));
    }
    for (; bit < last; ++bit) to[bit - first] = FromBit(word, bit);
  }
};

template <class T>
void FillSigns(std::uint64_t seed, double size, std::int64_t first_row, std::int64_t first_col, MatrixView<T> out) {
  using Kernel = Signs<hn::ScalableTag<T>>;
  using Word = typename Kernel::Word;
  const Kernel signs{{}, {}, static_cast<T>(size)};
  std::uint64_t words[2 * blocks_at_once];
  Word bits[blocks_at_once * block_cols];
  const std::int64_t end_row = first_row + out.rows;
  const std::int64_t end_col = first_col + out.cols;
  for (std::int64_t row = first_row; row < end_row;) {
    const std::int64_t bit = row % block_rows;
    const std::int64_t rows = std::min(block_rows - bit, end_row - row);
    for (std::int64_t col = first_col; col < end_col;) {
      const std::int64_t block = col / block_cols;
      const std::int64_t last = std::min(block + blocks_at_once, (end_col + block_cols - 1) / block_cols);
      const std::int64_t cols = std::min(end_col, last * block_cols) - col;
      random_words(seed, stream_word(Stream::rademacher, static_cast<std::uint64_t>(row / block_rows)),
                   static_cast<std::uint64_t>(block), last - block, words);
      for (std::int64_t l = 0; l < cols; ++l) {
        const std::int64_t place = col % block_cols + l;
        bits[l] = static_cast<Word>(words[place / 4] >> (place % 4 * block_rows) & 0xFFFF);
      }
      if (out.layout == Layout::row_major) {
        T* to = out.data + (row - first_row) * out.leading_dimension + (col - first_col);
        for (std::int64_t i = 0; i < rows; ++i) signs.Row(bits, bit + i, cols, to + i * out.leading_dimension);
      } else {
        T* to = out.data + (row - first_row) + (col - first_col) * out.leading_dimension;
        for (std::int64_t l = 0; l < cols; ++l) signs.Column(bits[l], bit, bit + rows, to + l * out.leading_dimension);
      }
      col += cols;
    }
    row += rows;
  }
}

void FillSignsFloat(std::uint64_t seed, double size, std::int64_t first_row, std::int64_t first_col,
                    MatrixView<float> out) {
  FillSigns(seed, size, first_row, first_col, out);
}
void FillSignsDouble(std::uint64_t seed, double size, std::int64_t first_row, std::int64_t first_col,
                     MatrixView<double> out) {
  FillSigns(seed, size, first_row, first_col, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(FillSignsFloat);
HWY_EXPORT(FillSignsDouble);

void fill_signs(std::uint64_t seed, double size, std::int64_t first_row, std::int64_t first_col,
                MatrixView<float> out) {
  HWY_DYNAMIC_DISPATCH(FillSignsFloat)(seed, size, first_row, first_col, out);
}
void fill_signs(std::uint64_t seed, double size, std::int64_t first_row, std::int64_t first_col,
                MatrixView<double> out) {
  HWY_DYNAMIC_DISPATCH(FillSignsDouble)(seed, size, first_row, first_col, out);
}

}  // namespace croquis
#endif
