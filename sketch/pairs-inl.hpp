// Blocks of entries that are made two at a time, included once per instruction set.
#if defined(CROQUIS_SKETCH_PAIRS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef CROQUIS_SKETCH_PAIRS_INL_HPP
#undef CROQUIS_SKETCH_PAIRS_INL_HPP
#else
#define CROQUIS_SKETCH_PAIRS_INL_HPP
#endif

#include <algorithm>
#include <cstdint>

#include <hwy/highway.h>

#include <croquis/linalg/matrix_view.hpp>

#include "sketch/philox-inl.hpp"
#include "sketch/philox.hpp"

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {

using PairLanes = hwy::HWY_NAMESPACE::ScalableTag<double>;

// The entries of row pairs `pair`, columns `column`, one pair per lane: what `transform` makes of the two words at
// index `pair`, position `column` of the stream, rounded to T.
template <class T, class Transform>
struct Pairs {
  const PairLanes d;
  const hwy::HWY_NAMESPACE::RebindToUnsigned<PairLanes> du;
  const hwy::HWY_NAMESPACE::Rebind<T, PairLanes> dt;
  const std::uint64_t seed;
  const Stream stream;
  const Transform& transform;

  using Words = hwy::HWY_NAMESPACE::Vec<decltype(du)>;
  using Entries = hwy::HWY_NAMESPACE::Vec<decltype(dt)>;

  HWY_INLINE void operator()(Words pair, Words column, Entries& even, Entries& odd) const {
    namespace hn = hwy::HWY_NAMESPACE;
    auto word_0 = hn::Zero(du);
    auto word_1 = hn::Zero(du);
    PhiloxWords(du, seed, column, hn::Or(pair, hn::Set(du, stream_word(stream, 0))), word_0, word_1);
    auto entry_0 = hn::Zero(d);
    auto entry_1 = hn::Zero(d);
    transform(d, word_0, word_1, entry_0, entry_1);
    if constexpr (sizeof(T) == 8) {
      even = entry_0;
      odd = entry_1;
    } else {
      even = hn::DemoteTo(dt, entry_0);
      odd = hn::DemoteTo(dt, entry_1);
    }
  }
};

// Lanes are columns: two rows are written at a time.
template <class T, class Transform>
void FillPairsRowMajor(const Pairs<T, Transform>& pairs, std::int64_t first_row, std::int64_t first_col,
                       MatrixView<T> out) {
  namespace hn = hwy::HWY_NAMESPACE;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(pairs.d));
  HWY_ALIGN T tail[2][hn::MaxLanes(PairLanes())];
  auto even = hn::Zero(pairs.dt);
  auto odd = even;
  const std::int64_t end = first_row + out.rows;
  for (std::int64_t pair = first_row / 2; 2 * pair < end; ++pair) {
    const std::int64_t i = 2 * pair - first_row;
    T* even_row = i >= 0 ? out.data + i * out.leading_dimension : nullptr;
    T* odd_row = 2 * pair + 1 < end ? out.data + (i + 1) * out.leading_dimension : nullptr;
    const auto pair_lanes = hn::Set(pairs.du, static_cast<std::uint64_t>(pair));
    for (std::int64_t j = 0; j < out.cols; j += lanes) {
      pairs(pair_lanes, hn::Iota(pairs.du, static_cast<std::uint64_t>(first_col + j)), even, odd);
      if (j + lanes <= out.cols) {
        if (even_row != nullptr) hn::StoreU(even, pairs.dt, even_row + j);
        if (odd_row != nullptr) hn::StoreU(odd, pairs.dt, odd_row + j);
      } else {
        hn::Store(even, pairs.dt, tail[0]);
        hn::Store(odd, pairs.dt, tail[1]);
        if (even_row != nullptr) std::copy_n(tail[0], out.cols - j, even_row + j);
        if (odd_row != nullptr) std::copy_n(tail[1], out.cols - j, odd_row + j);
      }
    }
  }
}

// Lanes are pairs of rows: one column is written at a time.
template <class T, class Transform>
void FillPairsColumnMajor(const Pairs<T, Transform>& pairs, std::int64_t first_row, std::int64_t first_col,
                          MatrixView<T> out) {
  namespace hn = hwy::HWY_NAMESPACE;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(pairs.d));
  HWY_ALIGN T ends[2 * hn::MaxLanes(PairLanes())];
  auto even = hn::Zero(pairs.dt);
  auto odd = even;
  for (std::int64_t j = 0; j < out.cols; ++j) {
    T* column = out.data + j * out.leading_dimension;
    const auto column_lanes = hn::Set(pairs.du, static_cast<std::uint64_t>(first_col + j));
    for (std::int64_t i = first_row % 2 == 0 ? 0 : -1; i < out.rows; i += 2 * lanes) {
      const auto pair = static_cast<std::uint64_t>((first_row + i) / 2);
      pairs(hn::Iota(pairs.du, pair), column_lanes, even, odd);
      if (i >= 0 && i + 2 * lanes <= out.rows) {
        hn::StoreInterleaved2(even, odd, pairs.dt, column + i);
      } else {
        hn::StoreInterleaved2(even, odd, pairs.dt, ends);
        for (std::int64_t l = std::max<std::int64_t>(0, -i); l < std::min(2 * lanes, out.rows - i); ++l)
          column[i + l] = ends[l];
      }
    }
  }
}

// out(i, j) = entry (first_row + i, first_col + j), where the entries of rows 2 q and 2 q + 1 of column j are what
// transform(d, word_0, word_1, even, odd) makes of the two words of the stream at index q, position j. The words live
// in registers; `out` is written once, and that is all that moves.
template <class T, class Transform>
void FillPairs(std::uint64_t seed, Stream stream, const Transform& transform, std::int64_t first_row,
               std::int64_t first_col, MatrixView<T> out) {
  const Pairs<T, Transform> pairs{{}, {}, {}, seed, stream, transform};
  if (out.layout == Layout::row_major) {
    FillPairsRowMajor(pairs, first_row, first_col, out);
  } else {
    FillPairsColumnMajor(pairs, first_row, first_col, out);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#endif
