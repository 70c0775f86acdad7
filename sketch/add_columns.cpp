#include "sketch/add_columns.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sketch/add_columns.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class T, class Index>
HWY_INLINE void AddColumns(const T* HWY_RESTRICT column, std::int64_t rows, const Index* HWY_RESTRICT index,
                           const T* HWY_RESTRICT value, std::int64_t count, T* HWY_RESTRICT tile, std::int64_t stride) {
  const hn::ScalableTag<T> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t k = 0; k < count; ++k) {
    T* to = tile + static_cast<std::int64_t>(index[k]) * stride;
    const auto factor = hn::Set(d, value[k]);
    std::int64_t i = 0;
    for (; i + lanes <= rows; i += lanes)
      hn::StoreU(hn::MulAdd(factor, hn::LoadU(d, column + i), hn::LoadU(d, to + i)), d, to + i);
    for (; i < rows; ++i) to[i] += value[k] * column[i];
  }
}

#define CROQUIS_KERNEL(name, T, Index)                                                                           \
  void name(const T* column, std::int64_t rows, const Index* index, const T* value, std::int64_t count, T* tile, \
            std::int64_t stride) {                                                                               \
    AddColumns(column, rows, index, value, count, tile, stride);                                                 \
  }
CROQUIS_KERNEL(AddColumnsFloat32, float, std::int32_t)
CROQUIS_KERNEL(AddColumnsFloat64, float, std::int64_t)
CROQUIS_KERNEL(AddColumnsDouble32, double, std::int32_t)
CROQUIS_KERNEL(AddColumnsDouble64, double, std::int64_t)
#undef CROQUIS_KERNEL

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

#define CROQUIS_DISPATCH(name, T, Index)                                                                       \
  HWY_EXPORT(name);                                                                                            \
  void add_columns(const T* column, std::int64_t rows, const Index* index, const T* value, std::int64_t count, \
                   T* tile, std::int64_t stride) {                                                             \
    HWY_DYNAMIC_DISPATCH(name)(column, rows, index, value, count, tile, stride);                               \
  }
CROQUIS_DISPATCH(AddColumnsFloat32, float, std::int32_t)
CROQUIS_DISPATCH(AddColumnsFloat64, float, std::int64_t)
CROQUIS_DISPATCH(AddColumnsDouble32, double, std::int32_t)
CROQUIS_DISPATCH(AddColumnsDouble64, double, std::int64_t)
#undef CROQUIS_DISPATCH

}  // namespace croquis
#endif
