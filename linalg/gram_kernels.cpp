#include "linalg/gram_kernels.hpp"

#include <algorithm>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "linalg/gram_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// After Highway's header, which says what vectors there are.
#include "linalg/transpose-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Three vectors of the left panel and one broadcast number of the right beside the sums: 28 of 32 registers, or 16 of
// 16. The loads, eleven for 24 multiply-adds or seven for 12, leave the two units busy.
constexpr std::int64_t tile_vectors = 3;
#if HWY_TARGET == HWY_AVX3
constexpr std::int64_t most_strip = 8;
#else
constexpr std::int64_t most_strip = 4;
#endif

template <class T>
constexpr std::int64_t Lanes() {
  return static_cast<std::int64_t>(hn::MaxLanes(hn::ScalableTag<T>()));
}
template <class T>
constexpr std::int64_t Width() {
  return tile_vectors * Lanes<T>();
}
template <class T>
constexpr std::int64_t Strip() {
  return std::min(most_strip, Lanes<T>());
}

// `count` columns of A become a part of a panel, one number at a time; `cols` of them exist.
template <class From, class T>
void PackNumbers(MatrixView<const From> a, const From* scale, std::int64_t first, std::int64_t count, T* packed) {
  for (std::int64_t k = first; k < a.rows; ++k)
    for (std::int64_t j = 0; j < count; ++j)
      packed[k * Width<T>() + j] = j < a.cols ? static_cast<T>(a(k, j) * scale[j]) : T(0);
}

template <class From, class T, class V>
HWY_INLINE void StoreAs(V v, T* to) {
  const hn::ScalableTag<From> d;
  if constexpr (std::is_same_v<From, T>) {
    hn::Store(v, d, to);
  } else {
    const hn::Rebind<T, hn::ScalableTag<From>> narrow;
    hn::Store(hn::DemoteTo(narrow, v), narrow, to);
  }
}

// As many columns of a column-major A as a vector has lanes.
template <class From, class T>
HWY_INLINE void PackVectors(MatrixView<const From> a, const From* scale, T* HWY_RESTRICT packed) {
  constexpr std::int64_t lanes = Lanes<From>();
  std::int64_t k = 0;
#if CROQUIS_HAVE_TRANSPOSE
  const hn::ScalableTag<From> d;
  const auto factor = hn::LoadU(d, scale);
  for (; k + lanes <= a.rows; k += lanes) {
    hn::Vec<hn::ScalableTag<From>> v[lanes];
    for (std::int64_t j = 0; j < lanes; ++j) v[j] = hn::LoadU(d, a.data + k + j * a.leading_dimension);
    Transpose(d, v);
    for (std::int64_t i = 0; i < lanes; ++i) StoreAs<From>(hn::Mul(factor, v[i]), packed + (k + i) * Width<T>());
  }
#endif
  PackNumbers(a, scale, k, lanes, packed);
}

// The whole vectors of a row-major A, row after row as they lie in memory.
template <class From, class T>
void PackRows(MatrixView<const From> a, const From* HWY_RESTRICT scale, T* HWY_RESTRICT packed) {
  const hn::ScalableTag<From> d;
  constexpr std::int64_t lanes = Lanes<From>();
  for (std::int64_t k = 0; k < a.rows; ++k) {
    const From* row = a.data + k * a.leading_dimension;
    T* to = packed + k * Width<T>();
    const auto pack = [&](std::int64_t j, T* vector)
                          HWY_ATTR { StoreAs<From>(hn::Mul(hn::LoadU(d, scale + j), hn::LoadU(d, row + j)), vector); };
    std::int64_t j = 0;
    for (; j + Width<T>() <= a.cols; j += Width<T>(), to += a.rows * Width<T>())
      for (std::int64_t i = 0; i < Width<T>(); i += lanes) pack(j + i, to + i);
    for (; j + lanes <= a.cols; j += lanes, to += lanes) pack(j, to);
  }
}

template <class From, class T>
void PackPanels(MatrixView<const From> a, const From* scale, T* packed) {
  constexpr std::int64_t lanes = Lanes<From>();
  static_assert(Width<T>() % lanes == 0);
  const bool by_rows = a.layout == Layout::row_major;
  if (by_rows) PackRows<From>(a, scale, packed);
  for (std::int64_t first = 0; first < a.cols; first += Width<T>()) {
    for (std::int64_t j = 0; j < Width<T>(); j += lanes) {
      const std::int64_t count = std::clamp<std::int64_t>(a.cols - first - j, 0, lanes);
      if (count < lanes) {
        const std::int64_t column = std::min(first + j, a.cols);
        PackNumbers(a.block(0, column, a.rows, count), scale + column, 0, lanes, packed + j);
      } else if (!by_rows) {
        PackVectors<From>(a.block(0, first + j, a.rows, lanes), scale + first + j, packed + j);
      }
    }
    packed += a.rows * Width<T>();
  }
}

// tile += left^T right, with one strip of the right panel; the sums stay in registers.
template <class T>
HWY_INLINE void AddTile(const T* HWY_RESTRICT left, const T* HWY_RESTRICT right, std::int64_t depth,
                        T* HWY_RESTRICT tile, std::int64_t stride) {
  const hn::ScalableTag<T> d;
  constexpr std::int64_t lanes = Lanes<T>();
  constexpr std::int64_t strip = Strip<T>();
  hn::Vec<hn::ScalableTag<T>> sum_0[strip], sum_1[strip], sum_2[strip];
  for (std::int64_t j = 0; j < strip; ++j) sum_0[j] = sum_1[j] = sum_2[j] = hn::Zero(d);
  for (std::int64_t k = 0; k < depth; ++k) {
    const auto left_0 = hn::Load(d, left);
    const auto left_1 = hn::Load(d, left + lanes);
    const auto left_2 = hn::Load(d, left + 2 * lanes);
    for (std::int64_t j = 0; j < strip; ++j) {
      const auto number = hn::Set(d, right[j]);
      sum_0[j] = hn::MulAdd(left_0, number, sum_0[j]);
      sum_1[j] = hn::MulAdd(left_1, number, sum_1[j]);
      sum_2[j] = hn::MulAdd(left_2, number, sum_2[j]);
    }
    left += Width<T>();
    right += Width<T>();
  }
  for (std::int64_t j = 0; j < strip; ++j) {
    T* to = tile + j * stride;
    hn::StoreU(hn::Add(hn::LoadU(d, to), sum_0[j]), d, to);
    hn::StoreU(hn::Add(hn::LoadU(d, to + lanes), sum_1[j]), d, to + lanes);
    hn::StoreU(hn::Add(hn::LoadU(d, to + 2 * lanes), sum_2[j]), d, to + 2 * lanes);
  }
}

template <class T>
void AddPanelProducts(const T* left, const T* right, std::int64_t depth, std::int64_t strips, T* sums,
                      std::int64_t stride) {
  static_assert(Width<T>() % Strip<T>() == 0);
  constexpr std::int64_t strips_of_panel = Width<T>() / Strip<T>();
  for (std::int64_t s = 0; s < strips; ++s)
    AddTile(left, right + s / strips_of_panel * depth * Width<T>() + s % strips_of_panel * Strip<T>(), depth,
            sums + s * Strip<T>() * stride, stride);
}

void PackFloat(MatrixView<const float> a, const float* scale, float* packed) { PackPanels(a, scale, packed); }
void PackDouble(MatrixView<const double> a, const double* scale, double* packed) { PackPanels(a, scale, packed); }
void PackRounded(MatrixView<const double> a, const double* scale, float* packed) { PackPanels(a, scale, packed); }
void AddProductsFloat(const float* left, const float* right, std::int64_t depth, std::int64_t strips, float* sums,
                      std::int64_t stride) {
  AddPanelProducts(left, right, depth, strips, sums, stride);
}
void AddProductsDouble(const double* left, const double* right, std::int64_t depth, std::int64_t strips, double* sums,
                       std::int64_t stride) {
  AddPanelProducts(left, right, depth, strips, sums, stride);
}
GramTile TileFloat() { return {Width<float>(), Strip<float>()}; }
GramTile TileDouble() { return {Width<double>(), Strip<double>()}; }

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(PackFloat);
HWY_EXPORT(PackDouble);
HWY_EXPORT(PackRounded);
HWY_EXPORT(AddProductsFloat);
HWY_EXPORT(AddProductsDouble);
HWY_EXPORT(TileFloat);
HWY_EXPORT(TileDouble);

void pack_panels(MatrixView<const float> a, const float* scale, float* packed) {
  HWY_DYNAMIC_DISPATCH(PackFloat)(a, scale, packed);
}
void pack_panels(MatrixView<const double> a, const double* scale, double* packed) {
  HWY_DYNAMIC_DISPATCH(PackDouble)(a, scale, packed);
}
void pack_panels(MatrixView<const double> a, const double* scale, float* packed) {
  HWY_DYNAMIC_DISPATCH(PackRounded)(a, scale, packed);
}
void add_panel_products(const float* left, const float* right, std::int64_t depth, std::int64_t strips, float* sums,
                        std::int64_t stride) {
  HWY_DYNAMIC_DISPATCH(AddProductsFloat)(left, right, depth, strips, sums, stride);
}
void add_panel_products(const double* left, const double* right, std::int64_t depth, std::int64_t strips, double* sums,
                        std::int64_t stride) {
  HWY_DYNAMIC_DISPATCH(AddProductsDouble)(left, right, depth, strips, sums, stride);
}
template <>
GramTile gram_tile<float>() {
  return HWY_DYNAMIC_DISPATCH(TileFloat)();
}
template <>
GramTile gram_tile<double>() {
  return HWY_DYNAMIC_DISPATCH(TileDouble)();
}

}  // namespace croquis
#endif
