#include "sketch/uniforms.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sketch/uniforms.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "sketch/pairs-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {

// The top 52 bits of a word become the fraction of a number x in [1, 2); 2 (x - 1.5) + 2^-52 is the odd multiple of
// 2^-52 wanted, and exact in each step, fused or not.
struct UniformPair {
  double bound;
  template <class D, class Words, class V>
  HWY_INLINE void operator()(D d, Words word_0, Words word_1, V& even, V& odd) const {
    namespace hn = hwy::HWY_NAMESPACE;
    const auto one_bits = hn::BitCast(hn::RebindToUnsigned<D>(), hn::Set(d, 1.0));
    const auto uniform = [&](Words word) {
      const V x = hn::BitCast(d, hn::Or(hn::ShiftRight<12>(word), one_bits));
      const V odd_multiple = hn::MulAdd(hn::Sub(x, hn::Set(d, 1.5)), hn::Set(d, 2.0), hn::Set(d, 0x1p-52));
      return hn::Mul(odd_multiple, hn::Set(d, bound));
    };
    even = uniform(word_0);
    odd = uniform(word_1);
  }
};

void FillUniformsFloat(std::uint64_t seed, double bound, std::int64_t first_row, std::int64_t first_col,
                       MatrixView<float> out) {
  FillPairs(seed, Stream::uniforms, UniformPair{bound}, first_row, first_col, out);
}
void FillUniformsDouble(std::uint64_t seed, double bound, std::int64_t first_row, std::int64_t first_col,
                        MatrixView<double> out) {
  FillPairs(seed, Stream::uniforms, UniformPair{bound}, first_row, first_col, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(FillUniformsFloat);
HWY_EXPORT(FillUniformsDouble);

void fill_uniforms(std::uint64_t seed, double bound, std::int64_t first_row, std::int64_t first_col,
                   MatrixView<float> out) {
  HWY_DYNAMIC_DISPATCH(FillUniformsFloat)(seed, bound, first_row, first_col, out);
}
void fill_uniforms(std::uint64_t seed, double bound, std::int64_t first_row, std::int64_t first_col,
                   MatrixView<double> out) {
  HWY_DYNAMIC_DISPATCH(FillUniformsDouble)(seed, bound, first_row, first_col, out);
}

}  // namespace croquis
#endif
