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

// Whole vectors begin at each row and may run over its end: the next row, which comes later, has its own there. The
// last entries of all, fewer than a vector, are taken one by one.
template <class Index>
HWY_INLINE void ListTerms(const SparseTermsOf<Index>& terms, std::uint32_t* HWY_RESTRICT place) {
  const hn::Rebind<std::uint32_t, hn::ScalableTag<double>> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const std::int64_t begin = terms.begin;
  const std::int64_t count = terms.end - begin;
  const std::int64_t nonzeros = terms.nonzeros;
  const Index* HWY_RESTRICT row_start = terms.row_start + terms.first_row;
  const Index* HWY_RESTRICT column = terms.column + begin;
  const std::int64_t last_entry = static_cast<std::int64_t>(terms.row_start[terms.rows]) - 1 - begin;
  const auto row_stride = static_cast<std::uint32_t>(terms.row_stride);
  const auto column_stride = static_cast<std::uint32_t>(terms.column_stride);
  const auto column_strides = hn::Set(d, column_stride);
  const std::uint32_t* HWY_RESTRICT entries = terms.table;
  for (std::int64_t row_begin = 0; row_begin < count; entries += nonzeros) {
    ++row_start;
    const std::int64_t row_end = std::min(static_cast<std::int64_t>(*row_start) - begin, count);
    for (std::int64_t k = row_begin; k < row_end; k += 8)
      __builtin_prefetch(column + std::min(k + entries_ahead, last_entry), 0, 0);
    for (std::int64_t b = 0; b < nonzeros; ++b) {
      const std::uint32_t sign = entries[b] & 0x80000000u;
      const std::uint32_t row_offset = static_cast<std::uint32_t>(entry_row(entries[b])) * row_stride + sign;
      const auto row_offsets = hn::Set(d, row_offset);
      std::uint32_t* HWY_RESTRICT to = place + b * count;
      std::int64_t k = row_begin;
      for (; k < row_end && k + lanes <= count; k += lanes)
        hn::StoreU(hn::Add(hn::Mul(LoadIndices(d, column + k), column_strides), row_offsets), d, to + k);
      for (; k < row_end; ++k) to[k] = row_offset + static_cast<std::uint32_t>(column[k]) * column_stride;
    }
    row_begin = row_end;
  }
}

void ListTerms32(const SparseTermsOf<std::int32_t>& terms, std::uint32_t* place) { ListTerms(terms, place); }
void ListTerms64(const SparseTermsOf<std::int64_t>& terms, std::uint32_t* place) { ListTerms(terms, place); }

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(ListTerms32);
HWY_EXPORT(ListTerms64);
void list_sparse_terms(const SparseTermsOf<std::int32_t>& terms, std::uint32_t* place) {
  HWY_DYNAMIC_DISPATCH(ListTerms32)(terms, place);
}
void list_sparse_terms(const SparseTermsOf<std::int64_t>& terms, std::uint32_t* place) {
  HWY_DYNAMIC_DISPATCH(ListTerms64)(terms, place);
}

}  // namespace croquis
#endif
