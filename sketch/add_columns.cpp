#include "sketch/add_columns.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sketch/add_columns.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class T>
HWY_INLINE void AddColumns(const T* HWY_RESTRICT s, const BlockEntry<T>* begin, const BlockEntry<T>* end,
                           T* HWY_RESTRICT tile) {
  const hn::ScalableTag<T> d;
  constexpr std::int64_t lanes = static_cast<std::int64_t>(hn::MaxLanes(hn::ScalableTag<T>()));
  static_assert(column_rows<T> % lanes == 0);
  for (const BlockEntry<T>* entry = begin; entry != end; ++entry) {
    const T* from = s + entry->row * column_rows<T>;
    T* to = tile + entry->col * column_rows<T>;
    const auto factor = hn::Set(d, entry->value);
    for (std::int64_t i = 0; i < column_rows<T>; i += lanes)
      hn::Store(hn::MulAdd(factor, hn::Load(d, from + i), hn::Load(d, to + i)), d, to + i);
  }
}

void AddColumnsFloat(const float* s, const BlockEntry<float>* begin, const BlockEntry<float>* end, float* tile) {
  AddColumns(s, begin, end, tile);
}
void AddColumnsDouble(const double* s, const BlockEntry<double>* begin, const BlockEntry<double>* end, double* tile) {
  AddColumns(s, begin, end, tile);
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(AddColumnsFloat);
HWY_EXPORT(AddColumnsDouble);

void add_columns(const float* s, const BlockEntry<float>* begin, const BlockEntry<float>* end, float* tile) {
  HWY_DYNAMIC_DISPATCH(AddColumnsFloat)(s, begin, end, tile);
}
void add_columns(const double* s, const BlockEntry<double>* begin, const BlockEntry<double>* end, double* tile) {
  HWY_DYNAMIC_DISPATCH(AddColumnsDouble)(s, begin, end, tile);
}

}  // namespace croquis
#endif
