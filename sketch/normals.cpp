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

struct NormalPair {
  double variance;
  template <class D, class Words, class V>
  HWY_INLINE void operator()(D d, Words word_0, Words word_1, V& even, V& odd) const {
    BoxMuller(d, word_0, word_1, hwy::HWY_NAMESPACE::Set(d, -2 * variance), even, odd);
  }
};

void FillNormalsFloat(std::uint64_t seed, double variance, std::int64_t first_row, std::int64_t first_col,
                      MatrixView<float> out) {
  FillPairs(seed, Stream::normals, NormalPair{variance}, first_row, first_col, out);
}
void FillNormalsDouble(std::uint64_t seed, double variance, std::int64_t first_row, std::int64_t first_col,
                       MatrixView<double> out) {
  FillPairs(seed, Stream::normals, NormalPair{variance}, first_row, first_col, out);
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
