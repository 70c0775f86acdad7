#include "sketch/add_columns.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sketch/add_columns.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The sums of a run stay in registers: four vectors of AVX-512. Shorter vectors take the rows in as many turns.
template <class T>
HWY_INLINE void AddColumns(const T* HWY_RESTRICT s, const ColumnRun* begin, const ColumnRun* end, const T* value,
                           const std::uint16_t* row, T* HWY_RESTRICT tile) {
  const hn::ScalableTag<T> d;
  constexpr std::int64_t lanes = static_cast<std::int64_t>(hn::MaxLanes(hn::ScalableTag<T>()));
  static_assert(column_rows<T> % (4 * lanes) == 0);
  for (const ColumnRun* run = begin; run != end; ++run) {
    for (std::int64_t i = 0; i < column_rows<T>; i += 4 * lanes) {
      T* to = tile + run->col * column_rows<T> + i;
      auto sum_0 = hn::Load(d, to);
      auto sum_1 = hn::Load(d, to + lanes);
      auto sum_2 = hn::Load(d, to + 2 * lanes);
      auto sum_3 = hn::Load(d, to + 3 * lanes);
      for (std::int64_t k = 0; k < run->count; ++k) {
        const T* from = s + row[k] * column_rows<T> + i;
        const auto factor = hn::Set(d, value[k]);
        sum_0 = hn::MulAdd(factor, hn::Load(d, from), sum_0);
        sum_1 = hn::MulAdd(factor, hn::Load(d, from + lanes), sum_1);
        sum_2 = hn::MulAdd(factor, hn::Load(d, from + 2 * lanes), sum_2);
        sum_3 = hn::MulAdd(factor, hn::Load(d, from + 3 * lanes), sum_3);
      }
      hn::Store(sum_0, d, to);
      hn::Store(sum_1, d, to + lanes);
      hn::Store(sum_2, d, to + 2 * lanes);
      hn::Store(sum_3, d, to + 3 * lanes);
    }
    value += run->count;
    row += run->count;
  }
}

void AddColumnsFloat(const float* s, const ColumnRun* begin, const ColumnRun* end, const float* value,
                     const std::uint16_t* row, float* tile) {
  AddColumns(s, begin, end, value, row, tile);
}
void AddColumnsDouble(const double* s, const ColumnRun* begin, const ColumnRun* end, const double* value,
                      const std::uint16_t* row, double* tile) {
  AddColumns(s, begin, end, value, row, tile);
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(AddColumnsFloat);
HWY_EXPORT(AddColumnsDouble);

void add_columns(const float* s, const ColumnRun* begin, const ColumnRun* end, const float* value,
                 const std::uint16_t* row, float* tile) {
  HWY_DYNAMIC_DISPATCH(AddColumnsFloat)(s, begin, end, value, row, tile);
}
void add_columns(const double* s, const ColumnRun* begin, const ColumnRun* end, const double* value,
                 const std::uint16_t* row, double* tile) {
  HWY_DYNAMIC_DISPATCH(AddColumnsDouble)(s, begin, end, value, row, tile);
}

}  // namespace croquis
#endif
