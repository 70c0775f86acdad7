#include "sketch/uniforms.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sketch/uniforms.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "sketch/pairs-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {

// With x = 1 + (word mod 2^52) 2^-52, the odd multiple of 2^-52 wanted is 2 (x - 1.5) + 2^-52, exact in each step,
// fused or not.
struct UniformPairs {
  double bound;
  HWY_INLINE void operator()(std::int64_t vectors, PairBatch& batch) const {
    namespace hn = hwy::HWY_NAMESPACE;
    const PairLanes d;
    const hn::RebindToUnsigned<PairLanes> du;
    const std::int64_t count = vectors * static_cast<std::int64_t>(hn::Lanes(d));
    for (double* words : {batch.even, batch.odd}) {
      for (std::int64_t k = 0; k < count; k += static_cast<std::int64_t>(hn::Lanes(d))) {
        const auto x = OneToTwo(d, hn::BitCast(du, hn::Load(d, words + k)));
        const auto multiple = hn::MulAdd(hn::Sub(x, hn::Set(d, 1.5)), hn::Set(d, 2.0), hn::Set(d, 0x1p-52));
        hn::Store(hn::Mul(multiple, hn::Set(d, bound)), d, words + k);
      }
    }
  }
};

void FillUniformsFloat(std::uint64_t seed, double bound, std::int64_t first_row, std::int64_t first_col,
                       MatrixView<float> out) {
  FillPairs(seed, Stream::uniforms, UniformPairs{bound}, first_row, first_col, out);
}
void FillUniformsDouble(std::uint64_t seed, double bound, std::int64_t first_row, std::int64_t first_col,
                        MatrixView<double> out) {
  FillPairs(seed, Stream::uniforms, UniformPairs{bound}, first_row, first_col, out);
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
