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

// Pairs are made by batches of this many vectors, in stages: the words of all, then each step of the transform for all,
// then the stores. Each stage is a loop of independent short chains of instructions, several of which a processor works
// on at once; the whole way of one pair is a chain too long for that. A batch is 2 KiB with the widest vectors: it
// never leaves the first-level cache.
constexpr std::int64_t batch_vectors = 16;

struct PairBatch {
  HWY_ALIGN double even[batch_vectors * hwy::HWY_NAMESPACE::MaxLanes(PairLanes())];  // before the transform: word 0
  HWY_ALIGN double odd[batch_vectors * hwy::HWY_NAMESPACE::MaxLanes(PairLanes())];   // and word 1
};

// Entry pair (pair, column) is what transform(vectors, batch) makes, in place and lane by lane, of the two words at
// index `pair`, position `column` of the stream.
template <class T, class Transform>
class PairFiller {
 public:
  PairFiller(std::uint64_t seed, Stream stream, const Transform& transform)
      : seed_(seed), stream_(stream), transform_(transform) {}

  // Lanes are columns: two rows are written at a time.
  void FillRowMajor(std::int64_t first_row, std::int64_t first_col, MatrixView<T> out) {
    const std::int64_t end = first_row + out.rows;
    for (std::int64_t pair = first_row / 2; 2 * pair < end; ++pair) {
      const std::int64_t i = 2 * pair - first_row;
      for (std::int64_t j = 0; j < out.cols; j += batch_vectors * lanes_) {
        const std::int64_t count = std::min(batch_vectors * lanes_, out.cols - j);
        const std::int64_t vectors = (count + lanes_ - 1) / lanes_;
        const auto pairs = Repeated(pair);
        for (std::int64_t k = 0; k < vectors; ++k) Draw(k, pairs, Consecutive(first_col + j + k * lanes_));
        transform_(vectors, batch_);
        if (i >= 0) CopyRow(batch_.even, count, out.data + i * out.leading_dimension + j);
        if (i + 1 < out.rows) CopyRow(batch_.odd, count, out.data + (i + 1) * out.leading_dimension + j);
      }
    }
  }

  // Lanes are pairs of rows: one vector of pairs is made for many columns.
  void FillColumnMajor(std::int64_t first_row, std::int64_t first_col, MatrixView<T> out) {
    for (std::int64_t i = -(first_row % 2); i < out.rows; i += 2 * lanes_) {
      const auto pairs = Consecutive((first_row + i) / 2);
      for (std::int64_t j = 0; j < out.cols; j += batch_vectors) {
        const std::int64_t columns = std::min(batch_vectors, out.cols - j);
        for (std::int64_t k = 0; k < columns; ++k) Draw(k, pairs, Repeated(first_col + j + k));
        transform_(columns, batch_);
        T* to = out.data + i + j * out.leading_dimension;
        if (i >= 0 && i + 2 * lanes_ <= out.rows) {
          for (std::int64_t k = 0; k < columns; ++k) InterleaveAll(k, to + k * out.leading_dimension);
        } else {
          const std::int64_t first = std::max<std::int64_t>(0, -i);
          const std::int64_t last = std::min(2 * lanes_, out.rows - i);
          for (std::int64_t k = 0; k < columns; ++k) Interleave(k, first, last, to + k * out.leading_dimension);
        }
      }
    }
  }

 private:
  using Doubles = hwy::HWY_NAMESPACE::Vec<PairLanes>;
  using Words = hwy::HWY_NAMESPACE::Vec<hwy::HWY_NAMESPACE::RebindToUnsigned<PairLanes>>;

  HWY_INLINE Words Repeated(std::int64_t index) const {
    return hwy::HWY_NAMESPACE::Set(du_, static_cast<std::uint64_t>(index));
  }
  // Iota from a variable would go through memory, written by words and read as a vector, which stalls.
  HWY_INLINE Words Consecutive(std::int64_t index) const {
    return hwy::HWY_NAMESPACE::Add(hwy::HWY_NAMESPACE::Iota(du_, 0), Repeated(index));
  }

  HWY_INLINE void Draw(std::int64_t vector, Words pair, Words column) {
    namespace hn = hwy::HWY_NAMESPACE;
    Words word_0 = pair;
    Words word_1 = pair;
    PhiloxWords(du_, seed_, column, hn::Or(pair, hn::Set(du_, stream_word(stream_, 0))), word_0, word_1);
    hn::Store(hn::BitCast(d_, word_0), d_, batch_.even + vector * lanes_);
    hn::Store(hn::BitCast(d_, word_1), d_, batch_.odd + vector * lanes_);
  }

  HWY_INLINE hwy::HWY_NAMESPACE::Vec<hwy::HWY_NAMESPACE::Rebind<T, PairLanes>> Rounded(const double* from) const {
    namespace hn = hwy::HWY_NAMESPACE;
    if constexpr (sizeof(T) == 8) {
      return hn::Load(d_, from);
    } else {
      return hn::DemoteTo(dt_, hn::Load(d_, from));
    }
  }

  HWY_INLINE void CopyRow(const double* from, std::int64_t count, T* to) const {
    std::int64_t j = 0;
    for (; j + lanes_ <= count; j += lanes_) hwy::HWY_NAMESPACE::StoreU(Rounded(from + j), dt_, to + j);
    for (; j < count; ++j) to[j] = static_cast<T>(from[j]);
  }

  HWY_INLINE void InterleaveAll(std::int64_t vector, T* to) const {
    hwy::HWY_NAMESPACE::StoreInterleaved2(Rounded(batch_.even + vector * lanes_), Rounded(batch_.odd + vector * lanes_),
                                          dt_, to);
  }
  HWY_INLINE void Interleave(std::int64_t vector, std::int64_t first, std::int64_t last, T* to) const {
    const double* even = batch_.even + vector * lanes_;
    const double* odd = batch_.odd + vector * lanes_;
    for (std::int64_t i = first; i < last; ++i) to[i] = static_cast<T>(i % 2 == 0 ? even[i / 2] : odd[i / 2]);
  }

  const PairLanes d_;
  const hwy::HWY_NAMESPACE::RebindToUnsigned<PairLanes> du_;
  const hwy::HWY_NAMESPACE::Rebind<T, PairLanes> dt_;
  const std::int64_t lanes_ = static_cast<std::int64_t>(hwy::HWY_NAMESPACE::Lanes(d_));
  const std::uint64_t seed_;
  const Stream stream_;
  const Transform transform_;
  PairBatch batch_;
};

// out(i, j) = entry (first_row + i, first_col + j), where rows 2 q and 2 q + 1 are those of pair q. The output is
// written once; nothing else leaves the first-level cache.
template <class T, class Transform>
void FillPairs(std::uint64_t seed, Stream stream, const Transform& transform, std::int64_t first_row,
               std::int64_t first_col, MatrixView<T> out) {
  PairFiller<T, Transform> filler(seed, stream, transform);
  if (out.layout == Layout::row_major) {
    filler.FillRowMajor(first_row, first_col, out);
  } else {
    filler.FillColumnMajor(first_row, first_col, out);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#endif
