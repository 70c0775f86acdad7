// The Box-Muller transform on Highway vectors of doubles, included once per instruction set.
#if defined(CROQUIS_SKETCH_BOX_MULLER_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef CROQUIS_SKETCH_BOX_MULLER_INL_HPP
#undef CROQUIS_SKETCH_BOX_MULLER_INL_HPP
#else
#define CROQUIS_SKETCH_BOX_MULLER_INL_HPP
#endif

#include <hwy/highway.h>

#include "sketch/philox-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {

// The coefficients of this file are minimax fits to the functions named, by Remez exchange in extended precision.

// log u for 0 < u <= 1, u normal; error under two units in the last place.
//
// u = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)) and s = f / (2 + f): log(1 + f) = 2 atanh(s) = 2 s + s R with
// R = 2 atanh(s) / s - 2; since 2 s = f - s f, it is f - s (f - R), where rounding touches only the small correction.
// R is s^2 times a polynomial of degree 6 in s^2, which leaves 2^-59 of the logarithm. Exponents become numbers as low
// bits of 2^52, without a conversion, which only few instruction sets have for 64 bits.
template <class D, class V>
HWY_INLINE V LogUnit(D d, V u) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::RebindToUnsigned<D> du;
  constexpr std::uint64_t sqrt_half_bits = 0x3FE6A09E667F3BCD;
  constexpr std::uint64_t one_bits = 0x3FF0000000000000;
  // The exponent field is now 1023 + k, the fraction that of 1 + f less that of sqrt(1/2).
  const auto shifted = hn::Add(hn::BitCast(du, u), hn::Set(du, one_bits - sqrt_half_bits));
  const auto two_to_52_bits = hn::Set(du, std::uint64_t{0x4330000000000000});
  const V k = hn::Sub(hn::BitCast(d, hn::Or(hn::ShiftRight<52>(shifted), two_to_52_bits)), hn::Set(d, 0x1p52 + 1023));
  const auto fraction = hn::And(shifted, hn::Set(du, (std::uint64_t{1} << 52) - 1));
  const V f = hn::Sub(hn::BitCast(d, hn::Add(fraction, hn::Set(du, sqrt_half_bits))), hn::Set(d, 1.0));
  const V s = hn::Div(f, hn::Add(f, hn::Set(d, 2.0)));
  const V s2 = hn::Mul(s, s);
  V series = hn::Set(d, 0x1.2f0563abf1351p-3);
  series = hn::MulAdd(series, s2, hn::Set(d, 0x1.39a1bab3c9fddp-3));
  series = hn::MulAdd(series, s2, hn::Set(d, 0x1.74663ee88c0d1p-3));
  series = hn::MulAdd(series, s2, hn::Set(d, 0x1.c71c52095cb01p-3));
  series = hn::MulAdd(series, s2, hn::Set(d, 0x1.24924941f1251p-2));
  series = hn::MulAdd(series, s2, hn::Set(d, 0x1.999999997fdb7p-2));
  series = hn::MulAdd(series, s2, hn::Set(d, 0x1.5555555555592p-1));
  const V correction = hn::Mul(s, hn::NegMulAdd(s2, series, f));
  return hn::MulAdd(k, hn::Set(d, 0x1.62E42FEFA39EFp-1), hn::Sub(f, correction));
}

// sin y and cos y for |y| <= pi / 4; the fits leave 2^-58 of sin y and 2^-64.
template <class D, class V>
HWY_INLINE void SinCosEighth(D d, V y, V& sin, V& cos) {
  namespace hn = hwy::HWY_NAMESPACE;
  const V z = hn::Mul(y, y);
  V p = hn::Set(d, 0x1.5d932f83265abp-33);
  p = hn::MulAdd(p, z, hn::Set(d, -0x1.ae5e66d5b01f8p-26));
  p = hn::MulAdd(p, z, hn::Set(d, 0x1.71de3578756a1p-19));
  p = hn::MulAdd(p, z, hn::Set(d, -0x1.a01a019c126c4p-13));
  p = hn::MulAdd(p, z, hn::Set(d, 0x1.111111110f881p-7));
  p = hn::MulAdd(p, z, hn::Set(d, -0x1.5555555555549p-3));
  sin = hn::MulAdd(hn::Mul(y, z), p, y);
  V q = hn::Set(d, -0x1.8faecf5e366bcp-37);
  q = hn::MulAdd(q, z, hn::Set(d, 0x1.1ee9ec480a8f1p-29));
  q = hn::MulAdd(q, z, hn::Set(d, -0x1.27e4f80a76d82p-22));
  q = hn::MulAdd(q, z, hn::Set(d, 0x1.a01a019cb26fap-16));
  q = hn::MulAdd(q, z, hn::Set(d, -0x1.6c16c16c15184p-10));
  q = hn::MulAdd(q, z, hn::Set(d, 0x1.555555555554cp-5));
  q = hn::MulAdd(q, z, hn::Set(d, -0.5));
  cos = hn::MulAdd(z, q, hn::Set(d, 1.0));
}

// sqrt(-2 variance log u), u = (2 (word mod 2^52) + 1) 2^-53.
template <class D, class Words>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<D> Radius(D d, Words word, double variance) {
  namespace hn = hwy::HWY_NAMESPACE;
  const auto u = hn::Sub(OneToTwo(d, word), hn::Set(d, 1 - 0x1p-53));
  return hn::Sqrt(hn::Mul(LogUnit(d, u), hn::Set(d, -2 * variance)));
}

// radius times a point of the unit circle. The word's low 52 bits give the angle from the middle of a quarter of the
// circle, which (cos y, sin y) runs through; its top bit flips the sign of cos y and the next swaps the coordinates,
// which gives the other quarters.
template <class D, class Words, class V>
HWY_INLINE void PointOnCircle(D d, V radius, Words word, V& x, V& y) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::RebindToUnsigned<D> du;
  const hn::RebindToSigned<D> di;
  constexpr double half_pi = 0x1.921FB54442D18p+0;
  const V angle = hn::Mul(hn::Sub(OneToTwo(d, word), hn::Set(d, 1.5)), hn::Set(d, half_pi));
  V sin = angle;
  V cos = angle;
  SinCosEighth(d, angle, sin, cos);
  cos = hn::Xor(cos, hn::BitCast(d, hn::And(word, hn::Set(du, std::uint64_t{1} << 63))));
  const auto swap = hn::MaskFromVec(hn::BitCast(d, hn::BroadcastSignBit(hn::BitCast(di, hn::ShiftLeft<1>(word)))));
  x = hn::Mul(radius, hn::IfThenElse(swap, sin, cos));
  y = hn::Mul(radius, hn::IfThenElse(swap, cos, sin));
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#endif
