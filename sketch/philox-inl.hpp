// The Philox rounds on Highway vectors, and words as numbers, included once per instruction set.
#if defined(CROQUIS_SKETCH_PHILOX_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef CROQUIS_SKETCH_PHILOX_INL_HPP
#undef CROQUIS_SKETCH_PHILOX_INL_HPP
#else
#define CROQUIS_SKETCH_PHILOX_INL_HPP
#endif

#include <hwy/highway.h>

#include "sketch/philox.hpp"

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {

// The two words at each lane's counter (position, stream). A 32-bit word of the generator's state lives in the low
// half of a 64-bit lane, where the widening multiplication wants it; the high halves hold leftovers until the end.
template <class D, class V>
HWY_INLINE void PhiloxWords(D d, std::uint64_t seed, V position, V stream, V& word_0, V& word_1) {
  namespace hn = hwy::HWY_NAMESPACE;
  const V low_half = hn::Set(d, std::uint64_t{0xFFFFFFFF});
#if HWY_TARGET == HWY_SCALAR
  const auto product = [&](V x, V multiplier) { return hn::Mul(hn::And(x, low_half), multiplier); };
#else
  const hn::Repartition<std::uint32_t, D> d32;
  const auto product = [&](V x, V multiplier) {
    return hn::MulEven(hn::BitCast(d32, x), hn::BitCast(d32, multiplier));
  };
#endif
  const V multiplier_0 = hn::Set(d, std::uint64_t{philox::multiplier_0});
  const V multiplier_1 = hn::Set(d, std::uint64_t{philox::multiplier_1});
  std::uint32_t key_0 = static_cast<std::uint32_t>(seed);
  std::uint32_t key_1 = static_cast<std::uint32_t>(seed >> 32);
  V x0 = position;
  V x1 = hn::ShiftRight<32>(position);
  V x2 = stream;
  V x3 = hn::ShiftRight<32>(stream);
  for (int round = 0; round < philox::rounds; ++round) {
    const V product_0 = product(x0, multiplier_0);
    const V product_1 = product(x2, multiplier_1);
    x0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(product_1), x1), hn::Set(d, std::uint64_t{key_0}));
    x1 = product_1;
    x2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(product_0), x3), hn::Set(d, std::uint64_t{key_1}));
    x3 = product_0;
    key_0 += philox::key_step_0;
    key_1 += philox::key_step_1;
  }
  word_0 = hn::Or(hn::And(x0, low_half), hn::ShiftLeft<32>(x1));
  word_1 = hn::Or(hn::And(x2, low_half), hn::ShiftLeft<32>(x3));
}

// 1 + (word mod 2^52) 2^-52: the low bits of the word as the fraction of a number in [1, 2).
template <class D, class Words>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<D> OneToTwo(D d, Words word) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::RebindToUnsigned<D> du;
  const auto one_bits = hn::BitCast(du, hn::Set(d, 1.0));
  return hn::BitCast(d, hn::Or(hn::And(word, hn::Set(du, (std::uint64_t{1} << 52) - 1)), one_bits));
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#endif
