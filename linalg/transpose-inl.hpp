// Transposing a square of vectors in registers, included once per instruction set.
#if defined(CROQUIS_LINALG_TRANSPOSE_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef CROQUIS_LINALG_TRANSPOSE_INL_HPP
#undef CROQUIS_LINALG_TRANSPOSE_INL_HPP
#else
#define CROQUIS_LINALG_TRANSPOSE_INL_HPP
#endif

#include <cstddef>

#include <hwy/highway.h>

// Whether vectors have a length known at compile time and more than one lane.
#undef CROQUIS_HAVE_TRANSPOSE
#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE
#define CROQUIS_HAVE_TRANSPOSE 0
#else
#define CROQUIS_HAVE_TRANSPOSE 1
#endif

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {

#if CROQUIS_HAVE_TRANSPOSE

// Within each 16-byte block of the vectors: 2 x 2 doubles or 4 x 4 floats.
template <class D, class V>
HWY_INLINE void TransposeBlocks(D d, V* v) {
  namespace hn = hwy::HWY_NAMESPACE;
  if constexpr (sizeof(hn::TFromD<D>) == 8) {
    const V a = v[0];
    v[0] = hn::InterleaveLower(d, a, v[1]);
    v[1] = hn::InterleaveUpper(d, a, v[1]);
  } else {
    const hn::Repartition<double, D> pairs;
    const auto low_01 = hn::BitCast(pairs, hn::InterleaveLower(d, v[0], v[1]));
    const auto low_23 = hn::BitCast(pairs, hn::InterleaveLower(d, v[2], v[3]));
    const auto high_01 = hn::BitCast(pairs, hn::InterleaveUpper(d, v[0], v[1]));
    const auto high_23 = hn::BitCast(pairs, hn::InterleaveUpper(d, v[2], v[3]));
    v[0] = hn::BitCast(d, hn::InterleaveLower(pairs, low_01, low_23));
    v[1] = hn::BitCast(d, hn::InterleaveUpper(pairs, low_01, low_23));
    v[2] = hn::BitCast(d, hn::InterleaveLower(pairs, high_01, high_23));
    v[3] = hn::BitCast(d, hn::InterleaveUpper(pairs, high_01, high_23));
  }
}

// Transposes the square whose rows are v[0, lanes): blocks of 16 bytes, then neighbouring blocks, then halves.
template <class D, class V, std::size_t lanes>
HWY_INLINE void Transpose(D d, V (&v)[lanes]) {
  namespace hn = hwy::HWY_NAMESPACE;
  static_assert(lanes == hn::MaxLanes(D()));
  constexpr std::size_t block = 16 / sizeof(hn::TFromD<D>);
  for (std::size_t k = 0; k < lanes; k += block) TransposeBlocks(d, v + k);
  if constexpr (lanes == 4 * block) {
    for (std::size_t k = 0; k < lanes; k += 2 * block)
      for (std::size_t i = k; i < k + block; ++i) {
        const V a = v[i];
        const V b = v[i + block];
        v[i] = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(b), a);
        v[i + block] = hn::OddEvenBlocks(b, hn::SwapAdjacentBlocks(a));
      }
  }
  if constexpr (lanes >= 2 * block) {
    for (std::size_t i = 0; i < lanes / 2; ++i) {
      const V a = v[i];
      const V b = v[i + lanes / 2];
      v[i] = hn::ConcatLowerLower(d, b, a);
      v[i + lanes / 2] = hn::ConcatUpperUpper(d, b, a);
    }
  }
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#endif
