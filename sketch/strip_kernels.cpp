#include "sketch/strip_kernels.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sketch/strip_kernels.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR
// Transposes a square of 16-byte vectors: `columns` of the source, `from_stride` apart, to rows `to_stride` apart.
HWY_INLINE void TransposeSquare(const double* HWY_RESTRICT from, std::int64_t from_stride, double* HWY_RESTRICT to,
                                std::int64_t to_stride) {
  const hn::FixedTag<double, 2> d;
  const auto a = hn::LoadU(d, from);
  const auto b = hn::LoadU(d, from + from_stride);
  hn::StoreU(hn::InterleaveLower(d, a, b), d, to);
  hn::StoreU(hn::InterleaveUpper(d, a, b), d, to + to_stride);
}
HWY_INLINE void TransposeSquare(const float* HWY_RESTRICT from, std::int64_t from_stride, float* HWY_RESTRICT to,
                                std::int64_t to_stride) {
  const hn::FixedTag<float, 4> d;
  const hn::FixedTag<double, 2> pairs;
  const auto a = hn::LoadU(d, from);
  const auto b = hn::LoadU(d, from + from_stride);
  const auto c = hn::LoadU(d, from + 2 * from_stride);
  const auto e = hn::LoadU(d, from + 3 * from_stride);
  const auto low_ab = hn::BitCast(pairs, hn::InterleaveLower(d, a, b));
  const auto low_ce = hn::BitCast(pairs, hn::InterleaveLower(d, c, e));
  const auto high_ab = hn::BitCast(pairs, hn::InterleaveUpper(d, a, b));
  const auto high_ce = hn::BitCast(pairs, hn::InterleaveUpper(d, c, e));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, low_ab, low_ce)), d, to);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, low_ab, low_ce)), d, to + to_stride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, high_ab, high_ce)), d, to + 2 * to_stride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, high_ab, high_ce)), d, to + 3 * to_stride);
}
#endif

// Column-major: whole cache lines of each column are read and used up before the next, since columns a power of two
// apart share their cache set.
template <class T>
HWY_INLINE void PackColumns(const T* HWY_RESTRICT from, std::int64_t stride, std::int64_t count, std::int64_t columns,
                            std::int64_t width, T* HWY_RESTRICT packed) {
  std::int64_t packed_rows = 0;
  std::int64_t packed_columns = 0;
#if HWY_TARGET != HWY_SCALAR
  constexpr std::int64_t square = 16 / static_cast<std::int64_t>(sizeof(T));
  constexpr std::int64_t line = 64 / static_cast<std::int64_t>(sizeof(T));
  packed_rows = count / line * line;
  packed_columns = columns / square * square;
  for (std::int64_t i = 0; i < packed_rows; i += line)
    for (std::int64_t j = 0; j < packed_columns; j += square)
      for (std::int64_t k = i; k < i + line; k += square)
        TransposeSquare(from + k + j * stride, stride, packed + k * width + j, width);
#endif
  for (std::int64_t j = 0; j < columns; ++j)
    for (std::int64_t i = j < packed_columns ? packed_rows : 0; i < count; ++i)
      packed[i * width + j] = from[i + j * stride];
}

// Row-major: each row's piece is two cache lines of its own, a pattern that only asking ahead brings in on time.
template <class T>
HWY_INLINE void PackRowPieces(const T* HWY_RESTRICT from, std::int64_t stride, std::int64_t count, std::int64_t columns,
                              std::int64_t width, std::int64_t rows_after, T* HWY_RESTRICT packed) {
  constexpr std::int64_t ahead = 64;
  for (std::int64_t i = 0; i < count; ++i) {
    if (i + ahead < count + rows_after) {
      hwy::Prefetch(from + (i + ahead) * stride);
      hwy::Prefetch(from + (i + ahead) * stride + columns - 1);
    }
    std::copy_n(from + i * stride, columns, packed + i * width);
  }
}

template <class T>
HWY_INLINE void PackRows(MatrixView<const T> strip, std::int64_t first, std::int64_t count, std::int64_t width,
                         T* HWY_RESTRICT packed) {
  if (strip.cols < width) std::fill_n(packed, count * width, T(0));
  if (strip.layout == Layout::column_major) {
    PackColumns(strip.data + first, strip.leading_dimension, count, strip.cols, width, packed);
  } else {
    PackRowPieces(strip.data + first * strip.leading_dimension, strip.leading_dimension, count, strip.cols, width,
                  strip.rows - first - count, packed);
  }
}

// to[0, width) += +-from[0, width), the sign in the top bit of the entry.
template <std::int64_t width, class T>
HWY_INLINE void AddSigned(const T* HWY_RESTRICT from, std::uint32_t entry, T* HWY_RESTRICT to) {
  const hn::CappedTag<T, width> d;
  const hn::RebindToUnsigned<decltype(d)> bits;
  using Bits = hwy::MakeUnsigned<T>;
  constexpr int to_sign_bit = 8 * static_cast<int>(sizeof(T)) - 1;
  const auto sign = hn::BitCast(d, hn::Set(bits, static_cast<Bits>(static_cast<Bits>(entry >> 31) << to_sign_bit)));
  for (std::int64_t v = 0; v < width; v += static_cast<std::int64_t>(hn::Lanes(d)))
    hn::Store(hn::Add(hn::Load(d, to + v), hn::Xor(hn::Load(d, from + v), sign)), d, to + v);
}

template <std::int64_t width, class T>
HWY_INLINE void GatherRowsOfWidth(const T* HWY_RESTRICT packed, std::int64_t count,
                                  const std::uint32_t* HWY_RESTRICT table, T* HWY_RESTRICT tile) {
  for (std::int64_t i = 0; i < count; ++i)
    AddSigned<width>(packed + static_cast<std::int64_t>(table[i] & 0x7FFFFFFF) * width, table[i], tile + i * width);
}

template <class T>
HWY_INLINE void GatherRows(const T* packed, std::int64_t count, std::int64_t width, const std::uint32_t* table,
                           T* tile) {
  if (width == wide_strip<T>) {
    GatherRowsOfWidth<wide_strip<T>>(packed, count, table, tile);
  } else {
    GatherRowsOfWidth<narrow_strip<T>>(packed, count, table, tile);
  }
}

#define CROQUIS_KERNELS(Name, T)                                                                             \
  void PackRows##Name(MatrixView<const T> strip, std::int64_t first, std::int64_t count, std::int64_t width, \
                      T* packed) {                                                                           \
    PackRows(strip, first, count, width, packed);                                                            \
  }                                                                                                          \
  void GatherRows##Name(const T* packed, std::int64_t count, std::int64_t width, const std::uint32_t* table, \
                        T* tile) {                                                                           \
    GatherRows(packed, count, width, table, tile);                                                           \
  }
CROQUIS_KERNELS(Float, float)
CROQUIS_KERNELS(Double, double)
#undef CROQUIS_KERNELS

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

#define CROQUIS_DISPATCH(Name, T)                                                                                    \
  HWY_EXPORT(PackRows##Name);                                                                                        \
  HWY_EXPORT(GatherRows##Name);                                                                                      \
  void pack_rows(MatrixView<const T> strip, std::int64_t first, std::int64_t count, std::int64_t width, T* packed) { \
    HWY_DYNAMIC_DISPATCH(PackRows##Name)(strip, first, count, width, packed);                                        \
  }                                                                                                                  \
  void gather_rows(const T* packed, std::int64_t count, std::int64_t width, const std::uint32_t* table, T* tile) {   \
    HWY_DYNAMIC_DISPATCH(GatherRows##Name)(packed, count, width, table, tile);                                       \
  }
CROQUIS_DISPATCH(Float, float)
CROQUIS_DISPATCH(Double, double)
#undef CROQUIS_DISPATCH

}  // namespace croquis
#endif
