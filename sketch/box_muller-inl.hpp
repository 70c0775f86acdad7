// The Box-Muller transform on Highway vectors of doubles, included once per instruction set.
#if defined(CROQUIS_SKETCH_BOX_MULLER_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef CROQUIS_SKETCH_BOX_MULLER_INL_HPP
#undef CROQUIS_SKETCH_BOX_MULLER_INL_HPP
#else
#define CROQUIS_SKETCH_BOX_MULLER_INL_HPP
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {

// log u for 0 < u <= 1, u normal; error under one unit in the last place.
//
// u = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)) and s = f / (2 + f): log(1 + f) = 2 atanh(s) = 2 s + s R with
// R = 2 (s^2 / 3 + s^4 / 5 + ...); since 2 s = f - s f, it is f - s (f - R), where rounding touches only the small
// correction. s^2 < 0.0295, so ten terms of the series leave less than 2^-56.
template <class D, class V>
HWY_INLINE V LogUnit(D d, V u) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::RebindToSigned<D> di;
  constexpr std::int64_t sqrt_half_bits = 0x3FE6A09E667F3BCD;
  const auto offset = hn::Set(di, sqrt_half_bits);
  const auto bits = hn::BitCast(di, u);
  const auto exponent = hn::ShiftRight<52>(hn::Sub(bits, offset));
  const V k = hn::ConvertTo(d, exponent);
  const V f = hn::Sub(hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<52>(exponent))), hn::Set(d, 1.0));
  const V s = hn::Div(f, hn::Add(f, hn::Set(d, 2.0)));
  const V s2 = hn::Mul(s, s);
  V series = hn::Set(d, 2.0 / 21);
  series = hn::MulAdd(series, s2, hn::Set(d, 2.0 / 19));
  series = hn::MulAdd(series, s2, hn::Set(d, 2.0 / 17));
  series = hn::MulAdd(series, s2, hn::Set(d, 2.0 / 15));
  series = hn::MulAdd(series, s2, hn::Set(d, 2.0 / 13));
  series = hn::MulAdd(series, s2, hn::Set(d, 2.0 / 11));
  series = hn::MulAdd(series, s2, hn::Set(d, 2.0 / 9));
  series = hn::MulAdd(series, s2, hn::Set(d, 2.0 / 7));
  series = hn::MulAdd(series, s2, hn::Set(d, 2.0 / 5));
  series = hn::MulAdd(series, s2, hn::Set(d, 2.0 / 3));
  const V correction = hn::Mul(s, hn::NegMulAdd(s2, series, f));
  // log 2 in two parts; the first has 21 trailing zero bits, so k times it is exact.
  const V log_2_high = hn::Set(d, 0x1.62E42FEEp-1);
  const V log_2_low = hn::Set(d, 0x1.A39EF35793C76p-33);
  return hn::MulAdd(k, log_2_high, hn::Sub(f, hn::NegMulAdd(k, log_2_low, correction)));
}

// sin y and cos y for |y| <= pi / 4 by their Taylor series; the first omitted terms are under 2^-57.
template <class D, class V>
HWY_INLINE void SinCosEighth(D d, V y, V& sin, V& cos) {
  namespace hn = hwy::HWY_NAMESPACE;
  const V z = hn::Mul(y, y);
  V p = hn::Set(d, 1.0 / 355687428096000);  // 1 / 17!
  p = hn::MulAdd(p, z, hn::Set(d, -1.0 / 1307674368000));
  p = hn::MulAdd(p, z, hn::Set(d, 1.0 / 6227020800));
  p = hn::MulAdd(p, z, hn::Set(d, -1.0 / 39916800));
  p = hn::MulAdd(p, z, hn::Set(d, 1.0 / 362880));
  p = hn::MulAdd(p, z, hn::Set(d, -1.0 / 5040));
  p = hn::MulAdd(p, z, hn::Set(d, 1.0 / 120));
  p = hn::MulAdd(p, z, hn::Set(d, -1.0 / 6));
  sin = hn::MulAdd(hn::Mul(y, z), p, y);
  V q = hn::Set(d, 1.0 / 20922789888000);  // 1 / 16!
  q = hn::MulAdd(q, z, hn::Set(d, -1.0 / 87178291200));
  q = hn::MulAdd(q, z, hn::Set(d, 1.0 / 479001600));
  q = hn::MulAdd(q, z, hn::Set(d, -1.0 / 3628800));
  q = hn::MulAdd(q, z, hn::Set(d, 1.0 / 40320));
  q = hn::MulAdd(q, z, hn::Set(d, -1.0 / 720));
  q = hn::MulAdd(q, z, hn::Set(d, 1.0 / 24));
  q = hn::MulAdd(q, z, hn::Set(d, -1.0 / 2));
  cos = hn::MulAdd(z, q, hn::Set(d, 1.0));
}

// Two normals of variance -minus_two_variances / 2 from two words of 64 random bits.
template <class D, class VU, class V>
HWY_INLINE void BoxMuller(D d, VU word_0, VU word_1, V minus_two_variances, V& normal_0, V& normal_1) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::RebindToUnsigned<D> du;
  const hn::RebindToSigned<D> di;
  const VU one = hn::Set(du, std::uint64_t{1});
  const VU odd = hn::Or(hn::ShiftLeft<1>(hn::ShiftRight<2>(word_0)), one);
  const V u = hn::Mul(hn::ConvertTo(d, hn::BitCast(di, odd)), hn::Set(d, 0x1p-63));
  const V radius = hn::Sqrt(hn::Mul(LogUnit(d, u), minus_two_variances));

  constexpr double quarter_pi = 0x1.921FB54442D18p-1;
  const V y = hn::Mul(hn::ConvertTo(d, hn::BitCast(di, hn::ShiftLeft<2>(word_1))), hn::Set(d, quarter_pi * 0x1p-63));
  V sin = y;
  V cos = y;
  SinCosEighth(d, y, sin, cos);
  // (cos y, sin y) runs through one quarter of the circle; flipping the sign of cos and swapping give the others.
  const VU top_bit = hn::Set(du, std::uint64_t{1} << 63);
  cos = hn::Xor(cos, hn::BitCast(d, hn::And(word_1, top_bit)));
  const auto swap = hn::MaskFromVec(hn::BitCast(d, hn::BroadcastSignBit(hn::BitCast(di, hn::ShiftLeft<1>(word_1)))));
  normal_0 = hn::Mul(radius, hn::IfThenElse(swap, sin, cos));
  normal_1 = hn::Mul(radius, hn::IfThenElse(swap, cos, sin));
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#endif
