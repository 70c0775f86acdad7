#include "sketch/panel_kernels.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sketch/panel_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Two vectors of S and one broadcast entry of A beside the sums: 27 of 32 registers, or 15 of 16. Twenty-four sums are
// enough to fill two units of latency four, with three loads for four multiply-adds.
constexpr std::int64_t tile_vectors = 2;
#if HWY_TARGET == HWY_AVX3
constexpr std::int64_t tile_cols = 12;
#else
constexpr std::int64_t tile_cols = 6;
#endif

template <class T>
constexpr std::int64_t TileRows() {
  return tile_vectors * static_cast<std::int64_t>(hn::MaxLanes(hn::ScalableTag<T>()));
}

// packed(k, j) = a(k, j), rows one after the other, zeros in the columns beyond a's.
template <class T>
HWY_INLINE void PackColumns(MatrixView<const T> a, T* HWY_RESTRICT packed) {
  if (a.cols < tile_cols) std::fill_n(packed, a.rows * tile_cols, T(0));
  if (a.layout == Layout::row_major) {
    for (std::int64_t k = 0; k < a.rows; ++k) {
      const T* from = a.data + k * a.leading_dimension;
      for (std::int64_t j = 0; j < a.cols; ++j) packed[k * tile_cols + j] = from[j];
    }
    return;
  }
  // A line of each column at a time, so that the lines being written stay in cache.
  constexpr std::int64_t line = 64 / sizeof(T);
  for (std::int64_t first = 0; first < a.rows; first += line) {
    const std::int64_t count = std::min(line, a.rows - first);
    for (std::int64_t j = 0; j < a.cols; ++j) {
      const T* from = a.data + first + j * a.leading_dimension;
      T* to = packed + first * tile_cols + j;
      for (std::int64_t k = 0; k < count; ++k) to[k * tile_cols] = from[k];
    }
  }
}

// tile(TileRows x tile_cols) += panel(TileRows x depth) packed(depth x tile_cols); the sums stay in registers.
template <class T>
HWY_INLINE void MultiplyPanel(const T* HWY_RESTRICT panel, const T* HWY_RESTRICT packed, std::int64_t depth,
                              T* HWY_RESTRICT tile) {
  const hn::ScalableTag<T> d;
  constexpr std::int64_t lanes = static_cast<std::int64_t>(hn::MaxLanes(hn::ScalableTag<T>()));
  hn::Vec<hn::ScalableTag<T>> top[tile_cols];
  hn::Vec<hn::ScalableTag<T>> bottom[tile_cols];
  for (std::int64_t j = 0; j < tile_cols; ++j) top[j] = bottom[j] = hn::Zero(d);
  for (std::int64_t k = 0; k < depth; ++k) {
    const auto s_top = hn::Load(d, panel);
    const auto s_bottom = hn::Load(d, panel + lanes);
    for (std::int64_t j = 0; j < tile_cols; ++j) {
      const auto a = hn::Set(d, packed[j]);
      top[j] = hn::MulAdd(s_top, a, top[j]);
      bottom[j] = hn::MulAdd(s_bottom, a, bottom[j]);
    }
    panel += tile_vectors * lanes;
    packed += tile_cols;
  }
  for (std::int64_t j = 0; j < tile_cols; ++j) {
    T* to = tile + j * TileRows<T>();
    hn::Store(hn::Add(hn::Load(d, to), top[j]), d, to);
    hn::Store(hn::Add(hn::Load(d, to + lanes), bottom[j]), d, to + lanes);
  }
}

template <class T>
void MultiplyPanels(const T* s, std::int64_t panels, MatrixView<const T> a, T* packed, T* tile) {
  constexpr std::int64_t tile_rows = TileRows<T>();
  const std::int64_t panel_size = tile_rows * ((a.cols + tile_cols - 1) / tile_cols * tile_cols);
  for (std::int64_t j = 0; j < a.cols; j += tile_cols) {
    PackColumns<T>(a.block(0, j, a.rows, std::min(tile_cols, a.cols - j)), packed);
    for (std::int64_t p = 0; p < panels; ++p)
      MultiplyPanel(s + p * tile_rows * a.rows, packed, a.rows, tile + p * panel_size + j * tile_rows);
  }
}

void MultiplyPanelsFloat(const float* s, std::int64_t panels, MatrixView<const float> a, float* packed, float* tile) {
  MultiplyPanels(s, panels, a, packed, tile);
}
void MultiplyPanelsDouble(const double* s, std::int64_t panels, MatrixView<const double> a, double* packed,
                          double* tile) {
  MultiplyPanels(s, panels, a, packed, tile);
}
RegisterTile RegisterTileFloat() { return {TileRows<float>(), tile_cols}; }
RegisterTile RegisterTileDouble() { return {TileRows<double>(), tile_cols}; }

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(MultiplyPanelsFloat);
HWY_EXPORT(MultiplyPanelsDouble);
HWY_EXPORT(RegisterTileFloat);
HWY_EXPORT(RegisterTileDouble);

void multiply_panels(const float* s, std::int64_t panels, MatrixView<const float> a, float* packed, float* tile) {
  HWY_DYNAMIC_DISPATCH(MultiplyPanelsFloat)(s, panels, a, packed, tile);
}
void multiply_panels(const double* s, std::int64_t panels, MatrixView<const double> a, double* packed, double* tile) {
  HWY_DYNAMIC_DISPATCH(MultiplyPanelsDouble)(s, panels, a, packed, tile);
}
template <>
RegisterTile register_tile<float>() {
  return HWY_DYNAMIC_DISPATCH(RegisterTileFloat)();
}
template <>
RegisterTile register_tile<double>() {
  return HWY_DYNAMIC_DISPATCH(RegisterTileDouble)();
}

}  // namespace croquis
#endif
