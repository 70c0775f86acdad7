#include "sketch/strip_kernels.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sketch/strip_kernels.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// After Highway's header, which says what vectors there are.
#include "linalg/transpose-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Columns read side by side: those of a matrix whose columns are a power of two apart share a set of each cache, which
// holds eight lines.
constexpr std::int64_t columns_at_once = 8;

// Column-major: whole cache lines of each column are read, turned in registers by squares, and used up before the next.
template <class T>
HWY_INLINE void PackColumns(const T* HWY_RESTRICT from, std::int64_t stride, std::int64_t count, std::int64_t columns,
                            std::int64_t width, T* HWY_RESTRICT packed) {
  std::int64_t packed_rows = 0;
  std::int64_t packed_columns = 0;
#if CROQUIS_HAVE_TRANSPOSE
  const hn::CappedTag<T, columns_at_once> d;
  constexpr auto square = static_cast<std::int64_t>(hn::MaxLanes(d));
  constexpr std::int64_t line = 64 / static_cast<std::int64_t>(sizeof(T));
  static_assert(line % square == 0 && columns_at_once % square == 0);
  packed_rows = count / line * line;
  packed_columns = columns / columns_at_once * columns_at_once;
  for (std::int64_t group = 0; group < packed_columns; group += columns_at_once)
    for (std::int64_t i = 0; i < packed_rows; i += line)
      for (std::int64_t j = group; j < group + columns_at_once; j += square)
        for (std::int64_t k = i; k < i + line; k += square) {
          hn::Vec<decltype(d)> v[square];
          for (std::int64_t q = 0; q < square; ++q) v[q] = hn::LoadU(d, from + k + (j + q) * stride);
          Transpose(d, v);
          for (std::int64_t q = 0; q < square; ++q) hn::StoreU(v[q], d, packed + (k + q) * width + j);
        }
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
