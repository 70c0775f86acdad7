#include "sketch/normals.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sketch/normals.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "sketch/box_muller-inl.hpp"
#include "sketch/pairs-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {

struct NormalPairs {
  double variance;
  HWY_INLINE void operator()(std::int64_t vectors, PairBatch& batch) const {
    namespace hn = hwy::HWY_NAMESPACE;
    const PairLanes d;
    const hn::RebindToUnsigned<PairLanes> du;
    const std::int64_t count = vectors * static_cast<std::int64_t>(hn::Lanes(d));
    for (std::int64_t k = 0; k < count; k += static_cast<std::int64_t>(hn::Lanes(d)))
      hn::Store(Radius(d, hn::BitCast(du, hn::Load(d, batch.even + k)), variance), d, batch.even + k);
    for (std::int64_t k = 0; k < count; k += static_cast<std::int64_t>(hn::Lanes(d))) {
      auto even = hn::Load(d, batch.even + k);
      auto odd = hn::Load(d, batch.odd + k);
      PointOnCircle(d, even, hn::BitCast(du, odd), even, odd);
      hn::Store(even, d, batch.even + k);
      hn::Store(odd, d, batch.odd + k);
    }
  }
};

void FillNormalsFloat(std::uint64_t seed, double variance, std::int64_t first_row, std::int64_t first_col,
                      MatrixView<float> out) {
  FillPairs(seed, Stream::normals, NormalPairs{variance}, first_row, first_col, out);
}
void FillNormalsDouble(std::uint64_t seed, double variance, std::int64_t first_row, std::int64_t first_col,
                       MatrixView<double> out) {
  FillPairs(seed, Stream::normals, NormalPairs{variance}, first_row, first_col, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(FillNormalsFloat);
HWY_EXPORT(FillNormalsDouble);

void fill_normals(std::uint64_t seed, double variance, std::int64_t first_row, std::int64_t first_col,
                  MatrixView<float> out) {
  HWY_DYNAMIC_DISPATCH(FillNormalsFloat)(seed, variance, first_row, first_col, out);
}
void fill_normals(std::uint64_t seed, double variance, std::int64_t first_row, std::int64_t first_col,
                  MatrixView<double> out) {
  HWY_DYNAMIC_DISPATCH(FillNormalsDouble)(seed, variance, first_row, first_col, out);
}

}  // namespace croquis
#endif
