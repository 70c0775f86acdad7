#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sketch/philox.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "sketch/philox-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void RandomWords(std::uint64_t seed, std::uint64_t stream, std::uint64_t first_position, std::int64_t count,
                 std::uint64_t* HWY_RESTRICT words) {
  const hn::ScalableTag<std::uint64_t> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto iota = hn::Iota(d, 0);
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto position = hn::Add(iota, hn::Set(d, first_position + static_cast<std::uint64_t>(i)));
    auto word_0 = hn::Zero(d);
    auto word_1 = hn::Zero(d);
    PhiloxWords(d, seed, position, hn::Set(d, stream), word_0, word_1);
    hn::StoreInterleaved2(word_0, word_1, d, words + 2 * i);
  }
  for (; i < count; ++i) {
    const auto pair = random_words(seed, stream, first_position + static_cast<std::uint64_t>(i));
    words[2 * i] = pair[0];
    words[2 * i + 1] = pair[1];
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(RandomWords);

void random_words(std::uint64_t seed, std::uint64_t stream, std::uint64_t first_position, std::int64_t count,
                  std::uint64_t* words) {
  HWY_DYNAMIC_DISPATCH(RandomWords)(seed, stream, first_position, count, words);
}

}  // namespace croquis
#endif
