#include "sketch/sparse_sign_draws.hpp"

#include <algorithm>
#include <array>

#include "sketch/philox.hpp"

namespace croquis {
namespace {

constexpr std::int64_t columns_at_once = 256;

}  // namespace

void draw_sparse_signs(const SparseSign& s, std::int64_t first_col, std::int64_t count, std::uint32_t* table) {
  std::array<std::uint64_t, 2 * columns_at_once> words;
  for (std::int64_t first = 0; first < count; first += columns_at_once) {
    const std::int64_t columns = std::min(columns_at_once, count - first);
    const auto position = static_cast<std::uint64_t>(first_col + first);
    std::uint32_t* entries = table + first * s.nonzeros;
    for (std::int64_t b = 0; b < s.nonzeros; ++b) {
      if (b % 4 == 0)
        random_words(s.seed, stream_word(Stream::rows, static_cast<std::uint64_t>(b / 4)), position, columns,
                     words.data());
      const auto begin = static_cast<std::uint32_t>(block_begin(s, b));
      const auto length = static_cast<std::uint32_t>(block_begin(s, b + 1)) - begin;
      const std::int64_t word = (b % 4) / 2;
      const int shift = b % 2 == 0 ? 0 : 32;
      for (std::int64_t j = 0; j < columns; ++j)
        entries[j * s.nonzeros + b] = begin + bounded(static_cast<std::uint32_t>(words[2 * j + word] >> shift), length);
    }
    for (std::int64_t b = 0; b < s.nonzeros; ++b) {
      if (b % 128 == 0)
        random_words(s.seed, stream_word(Stream::signs, static_cast<std::uint64_t>(b / 128)), position, columns,
                     words.data());
      const std::int64_t word = (b % 128) / 64;
      const std::int64_t bit = b % 64;
      for (std::int64_t j = 0; j < columns; ++j)
        entries[j * s.nonzeros + b] |= static_cast<std::uint32_t>((words[2 * j + word] >> bit) & 1) << 31;
    }
  }
}

}  // namespace croquis
