// Philox4x32-10, the counter-based generator every random entry of croquis comes from.
//
// A 64-bit seed is the key. The 128-bit counter is (position, stream and index): each kind of draw has a stream of its
// own, so no two uses ever share bits. Drawing is a pure function; there is no state to advance.
// Source: Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011.
#pragma once

#include <array>
#include <cstdint>

namespace croquis {

/// The uses of random bits.
enum class Stream : std::uint64_t {
  normals = 0,
  rows = 1,
  signs = 2,
  sample = 3,
  rademacher = 4,
  uniforms = 5,
  weighted_sample = 6,
  mixing = 7,
  bootstrap = 8,
  subspaces = 9,
  embeddings = 10
};

/// The high half of the counter: the stream in its top 8 bits, an index within the stream (a pair of rows, a group of
/// blocks) in the other 56.
constexpr std::uint64_t stream_word(Stream stream, std::uint64_t index) {
  return (static_cast<std::uint64_t>(stream) << 56) | index;
}

namespace philox {
inline constexpr std::uint32_t multiplier_0 = 0xD2511F53;
inline constexpr std::uint32_t multiplier_1 = 0xCD9E8D57;
inline constexpr std::uint32_t key_step_0 = 0x9E3779B9;
inline constexpr std::uint32_t key_step_1 = 0xBB67AE85;
inline constexpr int rounds = 10;
}  // namespace philox

/// One block of the generator as its paper defines it; the reference for the vectorised one.
constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < philox::rounds; ++round) {
    const std::uint64_t product_0 = std::uint64_t{philox::multiplier_0} * counter[0];
    const std::uint64_t product_1 = std::uint64_t{philox::multiplier_1} * counter[2];
    counter = {static_cast<std::uint32_t>(product_1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(product_1),
               static_cast<std::uint32_t>(product_0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product_0)};
    key = {key[0] + philox::key_step_0, key[1] + philox::key_step_1};
  }
  return counter;
}

/// The two 64-bit words at one position; the first output of the block is the low half of the first word.
constexpr std::array<std::uint64_t, 2> random_words(std::uint64_t seed, std::uint64_t stream, std::uint64_t position) {
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
  const auto block = philox4x32({low(position), high(position), low(stream), high(stream)}, {low(seed), high(seed)});
  return {block[0] | (std::uint64_t{block[1]} << 32), block[2] | (std::uint64_t{block[3]} << 32)};
}

/// words[2 i], words[2 i + 1] = the words at first_position + i, for i < count. Vectorised.
void random_words(std::uint64_t seed, std::uint64_t stream, std::uint64_t first_position, std::int64_t count,
                  std::uint64_t* words);

/// `word` scaled to [0, range) by multiply and shift. Each value's probability differs from 1 / range by a factor
/// within 1 +- range / 2^32.
constexpr std::uint32_t bounded(std::uint32_t word, std::uint32_t range) {
  return static_cast<std::uint32_t>((std::uint64_t{word} * range) >> 32);
}

}  // namespace croquis
