#include "linalg/transforms/walsh_hadamard.hpp"

#include <algorithm>
#include <bit>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "linalg/transforms/walsh_hadamard_kernels.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "linalg/transforms/butterflies-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {

constexpr std::int64_t bits_per_word = 64;

// v with lane l negated where bit l of `bits` is set.
template <class D, class V>
HWY_INLINE V FlipLanes(D d, V v, std::uint64_t bits) {
  using Bits = hwy::MakeUnsigned<hn::TFromD<D>>;
  const hn::RebindToUnsigned<D> du;
  const auto lane = hn::Shl(hn::Set(du, 1), hn::Iota(du, 0));
  const auto set = hn::TestBit(hn::Set(du, static_cast<Bits>(bits)), lane);
  return hn::IfThenElse(hn::RebindMask(d, set), hn::Neg(v), v);
}

// v, negated if `negative` is 1.
template <class D, class V>
HWY_INLINE V Flip(D d, V v, std::uint64_t negative) {
  using Bits = hwy::MakeUnsigned<hn::TFromD<D>>;
  const hn::RebindToUnsigned<D> du;
  const auto sign = static_cast<Bits>(static_cast<Bits>(negative) << (8 * sizeof(Bits) - 1));
  return hn::Xor(v, hn::BitCast(d, hn::Set(du, sign)));
}

// The first pass over a column: `radix` vectors at a time are read, flipped, transformed within themselves and with
// each other, and written.
template <bool flip, class T>
HWY_INLINE void FirstPass(const T* a, const std::uint64_t* signs, std::int64_t size, T* x) {
  const hn::ScalableTag<T> d;
  constexpr int radix = most_radix(d);
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t i = 0; i < size; i += radix * lanes) {
    ButterfliesOf<radix>(
        [&](std::int64_t k) __attribute__((always_inline)) {
          const std::int64_t row = i + k * lanes;
          auto v = hn::LoadU(d, a + row);
          if constexpr (flip) v = FlipLanes(d, v, signs[row / bits_per_word] >> (row % bits_per_word));
          return AllLaneButterflies(d, v);
        },
        [&](std::int64_t k, auto v) { hn::StoreU(v, d, x + i + k * lanes); });
  }
}

// The same over the rows of a strip, whose rows are `stride` apart in a and `width` apart in x. Rows of a matrix are
// pieces far apart in memory, a pattern that only asking ahead brings in on time; `ahead` is how many rows may be.
template <class T>
HWY_INLINE void FirstRowPass(const T* a, std::int64_t stride, std::int64_t ahead, const std::uint64_t* signs,
                             std::int64_t rows, std::int64_t width, T* x) {
  const hn::ScalableTag<T> d;
  constexpr int radix = most_radix(d);
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t i = 0; i < rows; i += radix) {
    const std::uint64_t bits = signs[i / bits_per_word] >> (i % bits_per_word);
    for (std::int64_t j = 0; j < width; j += lanes) {
      const T* from = a + i * stride + j;
      ButterfliesOf<radix>(
          [&](std::int64_t k) __attribute__((always_inline)) {
            hwy::Prefetch(from + (k + ahead) * stride);
            return Flip(d, hn::LoadU(d, from + k * stride), bits >> k & 1);
          },
          [&](std::int64_t k, auto v) { hn::StoreU(v, d, x + (i + k) * width + j); });
    }
  }
}

// What the passes above do not take: few rows.
template <class T>
HWY_INLINE void FlipAndTransform(const T* a, std::int64_t stride, const std::uint64_t* signs, std::int64_t rows,
                                 std::int64_t width, T* x) {
  for (std::int64_t i = 0; i < rows; ++i) {
    const bool negative = (signs[i / bits_per_word] >> (i % bits_per_word) & 1) != 0;
    for (std::int64_t j = 0; j < width; ++j) x[i * width + j] = negative ? -a[i * stride + j] : a[i * stride + j];
  }
  AllButterflies(x, rows * width, width);
}

template <class T>
HWY_INLINE void Transform(T* x, std::int64_t rows, std::int64_t width) {
  const hn::ScalableTag<T> d;
  const std::int64_t step = most_radix(d) * static_cast<std::int64_t>(hn::Lanes(d));
  if (width > 1 || rows < step) return AllButterflies(x, rows * width, width);
  constexpr std::int64_t cached = cached_bytes / static_cast<std::int64_t>(sizeof(T));
  const std::int64_t part = rows < cached ? rows : cached;
  for (std::int64_t i = 0; i < rows; i += part) {
    FirstPass<false>(x + i, nullptr, part, x + i);
    CachedButterflies(x + i, part, step);
  }
  AllButterflies(x, rows, part);
}

template <class T>
HWY_INLINE void TransformSignedColumn(const T* a, const std::uint64_t* signs, std::int64_t rows, T* x) {
  const hn::ScalableTag<T> d;
  const std::int64_t step = most_radix(d) * static_cast<std::int64_t>(hn::Lanes(d));
  if (rows < step || rows < bits_per_word) return FlipAndTransform(a, 1, signs, rows, 1, x);
  constexpr std::int64_t cached = cached_bytes / static_cast<std::int64_t>(sizeof(T));
  const std::int64_t part = rows < cached ? rows : cached;
  for (std::int64_t i = 0; i < rows; i += part) {
    FirstPass<true>(a + i, signs + i / bits_per_word, part, x + i);
    CachedButterflies(x + i, part, step);
  }
  AllButterflies(x, rows, part);
}

template <class T>
HWY_INLINE void TransformSignedRows(const T* a, std::int64_t stride, std::int64_t rows_after,
                                    const std::uint64_t* signs, std::int64_t rows, std::int64_t width, T* x) {
  constexpr std::int64_t rows_ahead = 32;
  const hn::ScalableTag<T> d;
  constexpr int radix = most_radix(d);
  const bool whole_vectors =
      std::has_single_bit(static_cast<std::uint64_t>(width)) && width >= static_cast<std::int64_t>(hn::Lanes(d));
  if (rows < bits_per_word || !whole_vectors) return FlipAndTransform(a, stride, signs, rows, width, x);
  const std::int64_t cached = cached_bytes / static_cast<std::int64_t>(sizeof(T)) / width;
  const std::int64_t part = std::min(rows, std::max(cached, bits_per_word));
  for (std::int64_t i = 0; i < rows; i += part) {
    const std::int64_t left = rows - i - part + rows_after;
    FirstRowPass(a + i * stride, stride, left < rows_ahead ? 0 : rows_ahead, signs + i / bits_per_word, part, width,
                 x + i * width);
    CachedButterflies(x + i * width, part * width, radix * width);
  }
  AllButterflies(x, rows * width, part * width);
}

#define CROQUIS_KERNELS(Name, T)                                                                                       \
  void Transform##Name(T* x, std::int64_t rows, std::int64_t width) { Transform(x, rows, width); }                     \
  void TransformAbove##Name(T* x, std::int64_t done, std::int64_t rows, std::int64_t width) {                          \
    AllButterflies(x, rows* width, done* width);                                                                       \
  }                                                                                                                    \
  void TransformSignedColumn##Name(const T* a, const std::uint64_t* signs, std::int64_t rows, T* x) {                  \
    TransformSignedColumn(a, signs, rows, x);                                                                          \
  }                                                                                                                    \
  void TransformSignedRows##Name(const T* a, std::int64_t stride, std::int64_t rows_after, const std::uint64_t* signs, \
                                 std::int64_t rows, std::int64_t width, T* x) {                                        \
    TransformSignedRows(a, stride, rows_after, signs, rows, width, x);                                                 \
  }
CROQUIS_KERNELS(Float, float)
CROQUIS_KERNELS(Double, double)
#undef CROQUIS_KERNELS

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

#define CROQUIS_DISPATCH(Name, T)                                                                            \
  HWY_EXPORT(Transform##Name);                                                                               \
  HWY_EXPORT(TransformAbove##Name);                                                                          \
  HWY_EXPORT(TransformSignedColumn##Name);                                                                   \
  HWY_EXPORT(TransformSignedRows##Name);                                                                     \
  void walsh_hadamard_block(T* x, std::int64_t rows, std::int64_t width) {                                   \
    HWY_DYNAMIC_DISPATCH(Transform##Name)(x, rows, width);                                                   \
  }                                                                                                          \
  void walsh_hadamard_above(T* x, std::int64_t done, std::int64_t rows, std::int64_t width) {                \
    HWY_DYNAMIC_DISPATCH(TransformAbove##Name)(x, done, rows, width);                                        \
  }                                                                                                          \
  void signed_walsh_hadamard_column(const T* a, const std::uint64_t* signs, std::int64_t rows, T* x) {       \
    HWY_DYNAMIC_DISPATCH(TransformSignedColumn##Name)(a, signs, rows, x);                                    \
  }                                                                                                          \
  void signed_walsh_hadamard_rows(const T* a, std::int64_t stride, std::int64_t rows_after,                  \
                                  const std::uint64_t* signs, std::int64_t rows, std::int64_t width, T* x) { \
    HWY_DYNAMIC_DISPATCH(TransformSignedRows##Name)(a, stride, rows_after, signs, rows, width, x);           \
  }
CROQUIS_DISPATCH(Float, float)
CROQUIS_DISPATCH(Double, double)
#undef CROQUIS_DISPATCH

}  // namespace croquis
#endif
