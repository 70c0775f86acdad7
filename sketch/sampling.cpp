#include "sketch/sampling.hpp"

#include <unordered_map>

namespace croquis {
namespace {

// word * range / 2^64, rounded down: the high half of the 128-bit product.
std::uint64_t bounded_64(std::uint64_t word, std::uint64_t range) {
  constexpr std::uint64_t low_half = 0xFFFFFFFF;
  const std::uint64_t low = (word & low_half) * (range & low_half);
  const std::uint64_t middle = (word >> 32) * (range & low_half) + (low >> 32);
  const std::uint64_t other = (word & low_half) * (range >> 32) + (middle & low_half);
  return (word >> 32) * (range >> 32) + (middle >> 32) + (other >> 32);
}

}  // namespace

std::vector<std::int64_t> sample_without_replacement(std::uint64_t seed, std::int64_t population, std::int64_t count) {
  // moved[p] is the number now at place p, where that is not p itself.
  std::unordered_map<std::int64_t, std::int64_t> moved;
  moved.reserve(static_cast<std::size_t>(count));
  const auto at = [&](std::int64_t place) {
    const auto found = moved.find(place);
    return found == moved.end() ? place : found->second;
  };
  std::vector<std::int64_t> sample(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t word = random_words(seed, stream_word(Stream::sample, 0), static_cast<std::uint64_t>(i))[0];
    const std::int64_t place =
        i + static_cast<std::int64_t>(bounded_64(word, static_cast<std::uint64_t>(population - i)));
    sample[static_cast<std::size_t>(i)] = at(place);
    moved[place] = at(i);
  }
  return sample;
}

std::vector<std::int64_t> sample_with_replacement(std::uint64_t seed, std::int64_t population, std::int64_t count) {
  std::vector<std::int64_t> sample(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t word = random_words(seed, stream_word(Stream::sample, 0), static_cast<std::uint64_t>(i))[0];
    sample[static_cast<std::size_t>(i)] =
        static_cast<std::int64_t>(bounded_64(word, static_cast<std::uint64_t>(population)));
  }
  return sample;
}

template <class T>
void draw_column_signs(std::uint64_t seed, std::int64_t first_col, std::int64_t count, T* signs, Stream stream) {
  constexpr std::int64_t bits = 128;
  std::int64_t j = 0;
  while (j < count) {
    const std::int64_t column = first_col + j;
    const auto words = random_words(seed, stream_word(stream, 0), static_cast<std::uint64_t>(column / bits));
    for (std::int64_t bit = column % bits; bit < bits && j < count; ++bit, ++j)
      signs[j] = (words[static_cast<std::size_t>(bit / 64)] >> (bit % 64)) & 1 ? T(-1) : T(1);
  }
}

template void draw_column_signs(std::uint64_t, std::int64_t, std::int64_t, float*, Stream);
template void draw_column_signs(std::uint64_t, std::int64_t, std::int64_t, double*, Stream);

}  // namespace croquis
