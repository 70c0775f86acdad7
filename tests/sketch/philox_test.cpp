#include <doctest/doctest.h>

#include <vector>

#include "sketch/philox.hpp"
#include "tests/support/simd_targets.hpp"

using namespace croquis;

TEST_CASE("Philox4x32-10 gives the published answers") {
  using Block = std::array<std::uint32_t, 4>;
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr std::uint32_t ones = 0xffffffff;
  CHECK(philox4x32({ones, ones, ones, ones}, {ones, ones}) == Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("the two words of a position are the block's four outputs, low halves first") {
  const auto words = random_words(0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88);
  CHECK(words[0] == 0x94fdccebd16cfe09);
  CHECK(words[1] == 0x24126ea15001e420);
}

TEST_CASE("bulk generation equals the reference on every instruction set, any start and any length") {
  test::for_each_simd_target([] {
    const std::uint64_t seed = 0xfedcba9876543210;
    const std::uint64_t stream = stream_word(Stream::signs, 0x123456789abc);
    // The last start carries into the high half of the position.
    for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{0xfffffffb}}) {
      for (std::int64_t count = 0; count < 40; ++count) {
        std::vector<std::uint64_t> words(static_cast<std::size_t>(2 * count + 1), 99);
        random_words(seed, stream, first, count, words.data());
        for (std::int64_t i = 0; i < count; ++i) {
          const auto expected = random_words(seed, stream, first + static_cast<std::uint64_t>(i));
          REQUIRE(words[static_cast<std::size_t>(2 * i)] == expected[0]);
          REQUIRE(words[static_cast<std::size_t>(2 * i + 1)] == expected[1]);
        }
        REQUIRE(words.back() == 99);
      }
    }
  });
}

TEST_CASE("bounded numbers stay in range and reach both ends") {
  CHECK(bounded(0, 10) == 0);
  CHECK(bounded(0xffffffff, 10) == 9);
  CHECK(bounded(0x7fffffff, 2) == 0);
  CHECK(bounded(0x80000000, 2) == 1);
  CHECK(bounded(12345, 1) == 0);
}
