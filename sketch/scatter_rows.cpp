#include "sketch/scatter_rows.hpp"

#include "sketch/strips.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sketch/scatter_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class T>
HWY_INLINE void ScatterRows(const T* HWY_RESTRICT packed, std::int64_t count, const std::uint32_t* HWY_RESTRICT table,
                            std::int64_t nonzeros, T* HWY_RESTRICT tile) {
  constexpr std::int64_t width = strip_width<T>;
  const hn::CappedTag<T, width> d;
  const hn::RebindToUnsigned<decltype(d)> bits;
  using Bits = hwy::MakeUnsigned<T>;
  constexpr int to_sign_bit = 8 * static_cast<int>(sizeof(T)) - 1;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t i = 0; i < count; ++i) {
    const T* from = packed + i * width;
    const std::uint32_t* entries = table + i * nonzeros;
    for (std::int64_t b = 0; b < nonzeros; ++b) {
      const std::uint32_t entry = entries[b];
      T* to = tile + static_cast<std::int64_t>(entry & 0x7FFFFFFF) * width;
      const auto sign = hn::BitCast(d, hn::Set(bits, static_cast<Bits>(static_cast<Bits>(entry >> 31) << to_sign_bit)));
      for (std::int64_t v = 0; v < width; v += lanes)
        hn::Store(hn::Add(hn::Load(d, to + v), hn::Xor(hn::Load(d, from + v), sign)), d, to + v);
    }
  }
}

void ScatterRowsFloat(const float* packed, std::int64_t count, const std::uint32_t* table, std::int64_t nonzeros,
                      float* tile) {
  ScatterRows(packed, count, table, nonzeros, tile);
}
void ScatterRowsDouble(const double* packed, std::int64_t count, const std::uint32_t* table, std::int64_t nonzeros,
                       double* tile) {
  ScatterRows(packed, count, table, nonzeros, tile);
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(ScatterRowsFloat);
HWY_EXPORT(ScatterRowsDouble);

void scatter_rows(const float* packed, std::int64_t count, const std::uint32_t* table, std::int64_t nonzeros,
                  float* tile) {
  HWY_DYNAMIC_DISPATCH(ScatterRowsFloat)(packed, count, table, nonzeros, tile);
}
void scatter_rows(const double* packed, std::int64_t count, const std::uint32_t* table, std::int64_t nonzeros,
                  double* tile) {
  HWY_DYNAMIC_DISPATCH(ScatterRowsDouble)(packed, count, table, nonzeros, tile);
}

}  // namespace croquis
#endif
