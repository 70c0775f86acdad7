#include "linalg/transforms/walsh_hadamard.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "linalg/transforms/walsh_hadamard_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

// A butterfly of distance h replaces the pair x[i], x[i + h] by its sum and difference. The transform is the
// butterflies of distances width, 2 width, 4 width, ..., in any order; those under a vector's length are done within
// registers.
HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Bytes whose butterflies are all done before going on: half of a small first-level cache.
constexpr std::int64_t cached_bytes = 16384;

// For i < distance: the butterflies of distances `distance`, 2 and 4 times it on the eight entries x[i + k distance].
// One read and one write of 8 distance entries for three levels.
template <class T>
HWY_INLINE void Radix8(T* HWY_RESTRICT x, std::int64_t distance) {
  const auto butterflies = [&](auto d, std::int64_t i) {
    T* p = x + i;
    const auto a0 = hn::LoadU(d, p);
    const auto a1 = hn::LoadU(d, p + distance);
    const auto a2 = hn::LoadU(d, p + 2 * distance);
    const auto a3 = hn::LoadU(d, p + 3 * distance);
    const auto a4 = hn::LoadU(d, p + 4 * distance);
    const auto a5 = hn::LoadU(d, p + 5 * distance);
    const auto a6 = hn::LoadU(d, p + 6 * distance);
    const auto a7 = hn::LoadU(d, p + 7 * distance);
    const auto b0 = hn::Add(a0, a1);
    const auto b1 = hn::Sub(a0, a1);
    const auto b2 = hn::Add(a2, a3);
    const auto b3 = hn::Sub(a2, a3);
    const auto b4 = hn::Add(a4, a5);
    const auto b5 = hn::Sub(a4, a5);
    const auto b6 = hn::Add(a6, a7);
    const auto b7 = hn::Sub(a6, a7);
    const auto c0 = hn::Add(b0, b2);
    const auto c1 = hn::Add(b1, b3);
    const auto c2 = hn::Sub(b0, b2);
    const auto c3 = hn::Sub(b1, b3);
    const auto c4 = hn::Add(b4, b6);
    const auto c5 = hn::Add(b5, b7);
    const auto c6 = hn::Sub(b4, b6);
    const auto c7 = hn::Sub(b5, b7);
    hn::StoreU(hn::Add(c0, c4), d, p);
    hn::StoreU(hn::Add(c1, c5), d, p + distance);
    hn::StoreU(hn::Add(c2, c6), d, p + 2 * distance);
    hn::StoreU(hn::Add(c3, c7), d, p + 3 * distance);
    hn::StoreU(hn::Sub(c0, c4), d, p + 4 * distance);
    hn::StoreU(hn::Sub(c1, c5), d, p + 5 * distance);
    hn::StoreU(hn::Sub(c2, c6), d, p + 6 * distance);
    hn::StoreU(hn::Sub(c3, c7), d, p + 7 * distance);
  };
  const hn::ScalableTag<T> d;
  const hn::CappedTag<T, 1> one;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= distance; i += lanes) butterflies(d, i);
  for (; i < distance; ++i) butterflies(one, i);
}

template <class T>
HWY_INLINE void Radix2(T* HWY_RESTRICT x, std::int64_t distance) {
  const hn::ScalableTag<T> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= distance; i += lanes) {
    const auto a = hn::LoadU(d, x + i);
    const auto b = hn::LoadU(d, x + distance + i);
    hn::StoreU(hn::Add(a, b), d, x + i);
    hn::StoreU(hn::Sub(a, b), d, x + distance + i);
  }
  for (; i < distance; ++i) {
    const T a = x[i];
    const T b = x[distance + i];
    x[i] = a + b;
    x[distance + i] = a - b;
  }
}

// All butterflies of distances first, 2 first, ..., size / 2.
template <class T>
void Butterflies(T* x, std::int64_t size, std::int64_t first) {
  if (size == first) return;
  if (size * static_cast<std::int64_t>(sizeof(T)) > cached_bytes && size >= 8 * first) {
    const std::int64_t part = size / 8;
    for (std::int64_t k = 0; k < 8; ++k) Butterflies(x + k * part, part, first);
    return Radix8(x, part);
  }
  std::int64_t distance = first;
  for (; size >= 8 * distance; distance *= 8)
    for (std::int64_t k = 0; k < size; k += 8 * distance) Radix8(x + k, distance);
  for (; size >= 2 * distance; distance *= 2)
    for (std::int64_t k = 0; k < size; k += 2 * distance) Radix2(x + k, distance);
}

// The butterflies of distances 1, 2, ..., lanes / 2 within each vector: with p the vector whose lane l is lane l ^ h of
// x, they are p + x where bit h of l is clear and p - x where it is set.
template <class T>
void ButterfliesWithinVectors(T* x, std::int64_t size) {
  const hn::ScalableTag<T> d;
  using Index = hwy::MakeSigned<T>;
  constexpr std::int64_t levels_at_most = 5;
  constexpr std::int64_t most_lanes = hn::MaxLanes(d);
  HWY_ALIGN Index partner[levels_at_most][most_lanes];
  HWY_ALIGN T sign[levels_at_most][most_lanes];
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t levels = 0;
  for (std::int64_t h = 1; h < lanes; h *= 2, ++levels) {
    for (std::int64_t l = 0; l < lanes; ++l) {
      partner[levels][l] = static_cast<Index>(l ^ h);
      sign[levels][l] = (l & h) != 0 ? T(-1) : T(1);
    }
  }
  for (std::int64_t i = 0; i < size; i += lanes) {
    auto v = hn::LoadU(d, x + i);
    for (std::int64_t level = 0; level < levels; ++level) {
      const auto swapped = hn::TableLookupLanes(v, hn::SetTableIndices(d, partner[level]));
      v = hn::MulAdd(v, hn::Load(d, sign[level]), swapped);
    }
    hn::StoreU(v, d, x + i);
  }
}

template <class T>
HWY_INLINE void Transform(T* x, std::int64_t rows, std::int64_t width) {
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<T>()));
  if (width > 1 || rows < lanes) return Butterflies(x, rows * width, width);
  ButterfliesWithinVectors(x, rows);
  Butterflies(x, rows, lanes);
}

void TransformFloat(float* x, std::int64_t rows, std::int64_t width) { Transform(x, rows, width); }
void TransformDouble(double* x, std::int64_t rows, std::int64_t width) { Transform(x, rows, width); }

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(TransformFloat);
HWY_EXPORT(TransformDouble);

void walsh_hadamard_block(float* x, std::int64_t rows, std::int64_t width) {
  HWY_DYNAMIC_DISPATCH(TransformFloat)(x, rows, width);
}
void walsh_hadamard_block(double* x, std::int64_t rows, std::int64_t width) {
  HWY_DYNAMIC_DISPATCH(TransformDouble)(x, rows, width);
}

}  // namespace croquis
#endif
