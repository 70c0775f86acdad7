// Walsh-Hadamard butterflies in registers and passes over memory made of them; included once per instruction set.
#if defined(CROQUIS_BUTTERFLIES_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef CROQUIS_BUTTERFLIES_INL_HPP
#undef CROQUIS_BUTTERFLIES_INL_HPP
#else
#define CROQUIS_BUTTERFLIES_INL_HPP
#endif

#include <cstdint>

#include <hwy/highway.h>

// A butterfly of distance h replaces the pair x[i], x[i + h] by its sum and difference. A transform is the butterflies
// of distances 1, 2, 4, ... (in rows), in any order. A pass does the butterflies of `radix` rows at equal distances in
// registers, log2(radix) levels for one read and one write.
HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Bytes whose butterflies are all done before going on: half of a small first-level cache.
constexpr std::int64_t cached_bytes = 16384;

// The most rows that registers hold: the 512-bit instruction sets have 32 registers.
template <class D>
constexpr int most_radix(D d) {
  return hn::MaxLanes(d) * sizeof(hn::TFromD<D>) == 64 ? 16 : 8;
}

template <class V>
HWY_INLINE void Butterflies2(V& a, V& b) {
  const V sum = hn::Add(a, b);
  b = hn::Sub(a, b);
  a = sum;
}
template <class V>
HWY_INLINE void Butterflies4(V& a, V& b, V& c, V& d) {
  Butterflies2(a, b);
  Butterflies2(c, d);
  Butterflies2(a, c);
  Butterflies2(b, d);
}
template <class V>
HWY_INLINE void Butterflies8(V& a, V& b, V& c, V& d, V& e, V& f, V& g, V& h) {
  Butterflies4(a, b, c, d);
  Butterflies4(e, f, g, h);
  Butterflies2(a, e);
  Butterflies2(b, f);
  Butterflies2(c, g);
  Butterflies2(d, h);
}

// The butterflies of the vectors load(0), ..., load(radix - 1), handed to store(0, .), ..., store(radix - 1, .).
template <int radix, class Load, class Store>
HWY_INLINE void ButterfliesOf(const Load& load, const Store& store) {
  auto a = load(0);
  auto b = load(1);
  if constexpr (radix == 2) {
    Butterflies2(a, b);
  } else {
    auto c = load(2);
    auto d = load(3);
    if constexpr (radix == 4) {
      Butterflies4(a, b, c, d);
    } else {
      auto e = load(4);
      auto f = load(5);
      auto g = load(6);
      auto h = load(7);
      Butterflies8(a, b, c, d, e, f, g, h);
      if constexpr (radix == 16) {
        auto i = load(8);
        auto j = load(9);
        auto k = load(10);
        auto l = load(11);
        auto m = load(12);
        auto n = load(13);
        auto o = load(14);
        auto p = load(15);
        Butterflies8(i, j, k, l, m, n, o, p);
        Butterflies2(a, i);
        Butterflies2(b, j);
        Butterflies2(c, k);
        Butterflies2(d, l);
        Butterflies2(e, m);
        Butterflies2(f, n);
        Butterflies2(g, o);
        Butterflies2(h, p);
        store(8, i);
        store(9, j);
        store(10, k);
        store(11, l);
        store(12, m);
        store(13, n);
        store(14, o);
        store(15, p);
      }
      store(4, e);
      store(5, f);
      store(6, g);
      store(7, h);
    }
    store(2, c);
    store(3, d);
  }
  store(0, a);
  store(1, b);
}

// One row of `radix` at x, x + distance, x + 2 distance, ...: reads and writes radix * distance entries once.
template <int radix, class T>
HWY_INLINE void Pass(T* HWY_RESTRICT x, std::int64_t distance) {
  const auto butterflies = [&](auto d, T* p) {
    ButterfliesOf<radix>([&](std::int64_t k) { return hn::LoadU(d, p + k * distance); },
                         [&](std::int64_t k, auto v) { hn::StoreU(v, d, p + k * distance); });
  };
  const hn::ScalableTag<T> d;
  const hn::CappedTag<T, 1> one;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= distance; i += lanes) butterflies(d, x + i);
  for (; i < distance; ++i) butterflies(one, x + i);
}

template <int radix, class T>
HWY_INLINE void Passes(T* x, std::int64_t size, std::int64_t distance) {
  for (std::int64_t k = 0; k < size; k += radix * distance) Pass<radix>(x + k, distance);
}

// All butterflies of distances first, 2 first, ..., size / 2, on what fits the first-level cache.
template <class T>
HWY_INLINE void CachedButterflies(T* x, std::int64_t size, std::int64_t first) {
  constexpr int most = most_radix(hn::ScalableTag<T>());
  while (size >= 2 * first) {
    if (size >= most * first) {
      Passes<most>(x, size, first);
      first *= most;
    } else if (size >= 8 * first) {
      Passes<8>(x, size, first);
      first *= 8;
    } else if (size >= 4 * first) {
      Passes<4>(x, size, first);
      first *= 4;
    } else {
      Passes<2>(x, size, first);
      first *= 2;
    }
  }
}

// The same on any size: the parts of x first, each while it is in the nearest cache that holds it, then one pass over
// x. Passes take at most eight rows here: rows a power of two apart share a cache set, of eight to twelve places.
template <class T>
void AllButterflies(T* x, std::int64_t size, std::int64_t first) {
  constexpr std::int64_t cached = cached_bytes / static_cast<std::int64_t>(sizeof(T));
  if (size <= cached || size <= first) return CachedButterflies(x, size, first);
  std::int64_t within = first;
  while (2 * within <= cached) within *= 2;
  int levels = 0;
  for (; within < size; within *= 2) ++levels;
  // Levels in threes, and the rest in twos: 1, 2, 3, 2 + 2, 3 + 2, 3 + 3, 3 + 2 + 2, ...
  const std::int64_t radix = levels == 1 ? 2 : levels % 3 == 0 ? 8 : 4;
  const std::int64_t part = size / radix;
  for (std::int64_t k = 0; k < radix; ++k) AllButterflies(x + k * part, part, first);
  if (radix == 8) {
    Pass<8>(x, part);
  } else if (radix == 4) {
    Pass<4>(x, part);
  } else {
    Pass<2>(x, part);
  }
}

// For each level, the place of the other end of a lane's butterfly, and the sign of the lane in it.
template <class T>
struct LaneTables {
  static constexpr std::int64_t levels = 5;
  static constexpr std::int64_t most_lanes = 64 / static_cast<std::int64_t>(sizeof(T));
  using Index = hwy::MakeSigned<T>;
  alignas(64) Index partner[levels][most_lanes] = {};
  alignas(64) T sign[levels][most_lanes] = {};
  constexpr LaneTables() {
    for (std::int64_t level = 0; level < levels; ++level)
      for (std::int64_t lane = 0; lane < most_lanes; ++lane) {
        partner[level][lane] = static_cast<Index>(lane ^ (std::int64_t{1} << level));
        sign[level][lane] = (lane >> level & 1) != 0 ? T(-1) : T(1);
      }
  }
};
template <class T>
inline constexpr LaneTables<T> lane_tables;

// The butterflies of lanes 2^level apart: with p the vector whose lane l is lane l ^ 2^level of v, they are p + v where
// bit `level` of l is clear and p - v where it is set.
template <int level, class D, class V>
HWY_INLINE V LaneButterflies(D d, V v) {
  using T = hn::TFromD<D>;
  if constexpr (hn::MaxLanes(d) > (std::size_t{1} << level)) {
    const auto swapped = hn::TableLookupLanes(v, hn::SetTableIndices(d, lane_tables<T>.partner[level]));
    return hn::MulAdd(v, hn::Load(d, lane_tables<T>.sign[level]), swapped);
  } else {
    return v;
  }
}

// The transform of each vector by itself.
template <class D, class V>
HWY_INLINE V AllLaneButterflies(D d, V v) {
  return LaneButterflies<3>(d, LaneButterflies<2>(d, LaneButterflies<1>(d, LaneButterflies<0>(d, v))));
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#endif  // CROQUIS_BUTTERFLIES_INL_HPP
