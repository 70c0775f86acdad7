#include "sketch/sparse_terms.hpp"

#include <algorithm>
#include <type_traits>

#include "sketch/sparse_sign_draws.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sketch/sparse_terms.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Entries of A that are asked for ahead, past the caches: they are met once, and would push the result out.
constexpr std::int64_t entries_ahead = 128;

template <class D, class Index>
HWY_INLINE hn::Vec<D> LoadIndices(D d, const Index* HWY_RESTRICT index) {
  const auto* bits = reinterpret_cast<const std::make_unsigned_t<Index>*>(index);
  if constexpr (sizeof(Index) == 4) {
    return hn::LoadU(d, bits);
  } else {
    return hn::TruncateTo(d, hn::LoadU(hn::Rebind<std::uint64_t, D>(), bits));
  }
}

// Entries [first, last) of a row, counted from the batch's first, one by one.
template <class T, class Index>
HWY_NOINLINE void ListSingly(const Index* HWY_RESTRICT column, const T* HWY_RESTRICT from, std::int64_t first,
                             std::int64_t last, std::uint32_t row_offset, std::uint32_t column_stride, T factor,
                             std::uint32_t* HWY_RESTRICT place, T* HWY_RESTRICT value) {
  for (std::int64_t k = first; k < last; ++k) {
    place[k] = row_offset + static_cast<std::uint32_t>(column[k]) * column_stride;
    value[k] = factor * from[k];
  }
}

// Whole vectors begin at each row and may run over its end: the next row, which comes later, has its own there. The
// last entries of all, fewer than a vector, are taken one by one.
template <class T, class Index>
HWY_INLINE void ListTerms(const SparseTermsOf<T, Index>& terms, std::uint32_t* HWY_RESTRICT place,
                          T* HWY_RESTRICT value) {
  const hn::Rebind<std::uint32_t, hn::ScalableTag<double>> d;
  const hn::Rebind<T, decltype(d)> dt;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const std::int64_t begin = terms.begin;
  const std::int64_t count = terms.end - begin;
  const std::int64_t nonzeros = terms.nonzeros;
  const Index* HWY_RESTRICT row_start = terms.a.row_start + terms.first_row;
  const Index* HWY_RESTRICT column = terms.a.column + begin;
  const T* HWY_RESTRICT from = terms.a.value + begin;
  const std::int64_t last_entry = static_cast<std::int64_t>(terms.a.row_start[terms.a.rows]) - 1 - begin;
  const auto row_stride = static_cast<std::uint32_t>(terms.row_stride);
  const auto column_stride = static_cast<std::uint32_t>(terms.column_stride);
  const auto column_strides = hn::Set(d, column_stride);
  const T scale = terms.scale;
  const std::uint32_t* HWY_RESTRICT entries = terms.table;
  for (std::int64_t row_begin = 0; row_begin < count; entries += nonzeros) {
    ++row_start;
    const std::int64_t row_end = std::min(static_cast<std::int64_t>(*row_start) - begin, count);
    for (std::int64_t k = row_begin; k < row_end; k += 8) {
      const std::int64_t later = std::min(k + entries_ahead, last_entry);
      __builtin_prefetch(column + later, 0, 0);
      __builtin_prefetch(from + later, 0, 0);
    }
    for (std::int64_t b = 0; b < nonzeros; ++b) {
      const std::uint32_t row_offset = static_cast<std::uint32_t>(entry_row(entries[b])) * row_stride;
      const T factor = with_sign(scale, entries[b]);
      const auto row_offsets = hn::Set(d, row_offset);
      const auto factors = hn::Set(dt, factor);
      std::uint32_t* HWY_RESTRICT to_place = place + b * count;
      T* HWY_RESTRICT to_value = value + b * count;
      std::int64_t k = row_begin;
      for (; k < row_end && k + lanes <= count; k += lanes) {
        hn::StoreU(hn::Add(hn::Mul(LoadIndices(d, column + k), column_strides), row_offsets), d, to_place + k);
        hn::StoreU(hn::Mul(hn::LoadU(dt, from + k), factors), dt, to_value + k);
      }
      if (k < row_end) ListSingly(column, from, k, row_end, row_offset, column_stride, factor, to_place, to_value);
    }
    row_begin = row_end;
  }
}

#define CROQUIS_LIST_TERMS(Name, T, Index) \
  void Name(const SparseTermsOf<T, Index>& terms, std::uint32_t* place, T* value) { ListTerms(terms, place, value); }
CROQUIS_LIST_TERMS(ListTermsFloat32, float, std::int32_t)
CROQUIS_LIST_TERMS(ListTermsFloat64, float, std::int64_t)
CROQUIS_LIST_TERMS(ListTermsDouble32, double, std::int32_t)
CROQUIS_LIST_TERMS(ListTermsDouble64, double, std::int64_t)
#undef CROQUIS_LIST_TERMS

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

#define CROQUIS_LIST_TERMS(Name, T, Index)                                                       \
  HWY_EXPORT(Name);                                                                              \
  void list_sparse_terms(const SparseTermsOf<T, Index>& terms, std::uint32_t* place, T* value) { \
    HWY_DYNAMIC_DISPATCH(Name)(terms, place, value);                                             \
  }
CROQUIS_LIST_TERMS(ListTermsFloat32, float, std::int32_t)
CROQUIS_LIST_TERMS(ListTermsFloat64, float, std::int64_t)
CROQUIS_LIST_TERMS(ListTermsDouble32, double, std::int32_t)
CROQUIS_LIST_TERMS(ListTermsDouble64, double, std::int64_t)
#undef CROQUIS_LIST_TERMS

}  // namespace croquis
#endif
