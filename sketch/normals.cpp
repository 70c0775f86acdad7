#include "sketch/normals.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sketch/normals.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "sketch/box_muller-inl.hpp"
#include "sketch/philox-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::ScalableTag<double>;
using Words = hn::RebindToUnsigned<Doubles>;

// The normals of row pairs `pair`, columns `column`, one pair per lane, rounded to T.
template <class T>
struct Normals {
  const Doubles d;
  const Words du;
  const hn::Rebind<T, Doubles> dt;
  const std::uint64_t seed;
  const double variance;

  Normals(std::uint64_t seed_, double variance_) : seed(seed_), variance(variance_) {}

  HWY_INLINE void operator()(hn::Vec<Words> pair, hn::Vec<Words> column, hn::Vec<hn::Rebind<T, Doubles>>& even,
                             hn::Vec<hn::Rebind<T, Doubles>>& odd) const {
    auto word_0 = hn::Zero(du);
    auto word_1 = hn::Zero(du);
    PhiloxWords(du, seed, column, pair, word_0, word_1);
    auto normal_0 = hn::Zero(d);
    auto normal_1 = hn::Zero(d);
    BoxMuller(d, word_0, word_1, hn::Set(d, -2 * variance), normal_0, normal_1);
    if constexpr (sizeof(T) == 8) {
      even = normal_0;
      odd = normal_1;
    } else {
      even = hn::DemoteTo(dt, normal_0);
      odd = hn::DemoteTo(dt, normal_1);
    }
  }
};

// Lanes are columns: two rows are written at a time.
template <class T>
void FillRowMajor(const Normals<T>& normals, std::int64_t first_row, std::int64_t first_col, MatrixView<T> out) {
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(normals.d));
  HWY_ALIGN T tail[2][hn::MaxLanes(Doubles())];
  auto even = hn::Zero(normals.dt);
  auto odd = even;
  const std::int64_t end = first_row + out.rows;
  for (std::int64_t pair = first_row / 2; 2 * pair < end; ++pair) {
    const std::int64_t i = 2 * pair - first_row;
    T* even_row = i >= 0 ? out.data + i * out.leading_dimension : nullptr;
    T* odd_row = 2 * pair + 1 < end ? out.data + (i + 1) * out.leading_dimension : nullptr;
    const auto pair_lanes = hn::Set(normals.du, static_cast<std::uint64_t>(pair));
    for (std::int64_t j = 0; j < out.cols; j += lanes) {
      normals(pair_lanes, hn::Iota(normals.du, static_cast<std::uint64_t>(first_col + j)), even, odd);
      if (j + lanes <= out.cols) {
        if (even_row != nullptr) hn::StoreU(even, normals.dt, even_row + j);
        if (odd_row != nullptr) hn::StoreU(odd, normals.dt, odd_row + j);
      } else {
        hn::Store(even, normals.dt, tail[0]);
        hn::Store(odd, normals.dt, tail[1]);
        if (even_row != nullptr) std::copy_n(tail[0], out.cols - j, even_row + j);
        if (odd_row != nullptr) std::copy_n(tail[1], out.cols - j, odd_row + j);
      }
    }
  }
}

// Lanes are pairs of rows: one column is written at a time.
template <class T>
void FillColumnMajor(const Normals<T>& normals, std::int64_t first_row, std::int64_t first_col, MatrixView<T> out) {
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(normals.d));
  HWY_ALIGN T ends[2 * hn::MaxLanes(Doubles())];
  auto even = hn::Zero(normals.dt);
  auto odd = even;
  for (std::int64_t j = 0; j < out.cols; ++j) {
    T* column = out.data + j * out.leading_dimension;
    const auto column_lanes = hn::Set(normals.du, static_cast<std::uint64_t>(first_col + j));
    for (std::int64_t i = first_row % 2 == 0 ? 0 : -1; i < out.rows; i += 2 * lanes) {
      const auto pair = static_cast<std::uint64_t>((first_row + i) / 2);
      normals(hn::Iota(normals.du, pair), column_lanes, even, odd);
      if (i >= 0 && i + 2 * lanes <= out.rows) {
        hn::StoreInterleaved2(even, odd, normals.dt, column + i);
      } else {
        hn::StoreInterleaved2(even, odd, normals.dt, ends);
        for (std::int64_t l = std::max<std::int64_t>(0, -i); l < std::min(2 * lanes, out.rows - i); ++l)
          column[i + l] = ends[l];
      }
    }
  }
}

template <class T>
void FillNormals(std::uint64_t seed, double variance, std::int64_t first_row, std::int64_t first_col,
                 MatrixView<T> out) {
  const Normals<T> normals(seed, variance);
  if (out.layout == Layout::row_major) {
    FillRowMajor(normals, first_row, first_col, out);
  } else {
    FillColumnMajor(normals, first_row, first_col, out);
  }
}

void FillNormalsFloat(std::uint64_t seed, double variance, std::int64_t first_row, std::int64_t first_col,
                      MatrixView<float> out) {
  FillNormals(seed, variance, first_row, first_col, out);
}
void FillNormalsDouble(std::uint64_t seed, double variance, std::int64_t first_row, std::int64_t first_col,
                       MatrixView<double> out) {
  FillNormals(seed, variance, first_row, first_col, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(FillNormalsFloat);
HWY_EXPORT(FillNormalsDouble);

// The stream `normals` is number 0, so a pair's index is the whole high half of its counter.
static_assert(static_cast<std::uint64_t>(Stream::normals) == 0);

void fill_normals(std::uint64_t seed, double variance, std::int64_t first_row, std::int64_t first_col,
                  MatrixView<float> out) {
  HWY_DYNAMIC_DISPATCH(FillNormalsFloat)(seed, variance, first_row, first_col, out);
}
void fill_normals(std::uint64_t seed, double variance, std::int64_t first_row, std::int64_t first_col,
                  MatrixView<double> out) {
  HWY_DYNAMIC_DISPATCH(FillNormalsDouble)(seed, variance, first_row, first_col, out);
}

}  // namespace croquis
#endif
