#include "linalg/reflector_kernels.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "linalg/reflector_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::int64_t block_rows = 512;

// Columns of V and of C that meet in registers, and the vectors and columns of a tile of C: the sums, the loaded
// vectors and one broadcast number take 29 and 28 of 32 registers, or 16 of 16.
#if HWY_TARGET == HWY_AVX3
constexpr int inner_v = 4, inner_c = 6;
constexpr int update_vectors = 3, update_columns = 8;
#else
constexpr int inner_v = 3, inner_c = 4;
constexpr int update_vectors = 3, update_columns = 4;
#endif

template <class T>
constexpr std::int64_t Lanes() {
  return static_cast<std::int64_t>(hn::MaxLanes(hn::ScalableTag<T>()));
}

// A vector of the `count` numbers at p and zeros: vectors' masked loads read beyond them on some instruction sets.
template <class T>
HWY_INLINE hn::Vec<hn::ScalableTag<T>> LoadFirst(std::int64_t count, const T* p) {
  const hn::ScalableTag<T> d;
  HWY_ALIGN T numbers[hn::MaxLanes(hn::ScalableTag<T>())] = {};
  std::copy_n(p, count, numbers);
  return hn::Load(d, numbers);
}
template <class T>
HWY_INLINE void StoreFirst(std::int64_t count, hn::Vec<hn::ScalableTag<T>> v, T* p) {
  const hn::ScalableTag<T> d;
  HWY_ALIGN T numbers[hn::MaxLanes(hn::ScalableTag<T>())];
  hn::Store(v, d, numbers);
  std::copy_n(numbers, count, p);
}

// sums[j][i] += column i of V times column j of C, lane by lane.
template <int v_cols, int c_cols, class T>
HWY_INLINE void AddInner(std::int64_t rows, const T* HWY_RESTRICT v, std::int64_t ldv, const T* HWY_RESTRICT c,
                         std::int64_t ldc, T* HWY_RESTRICT sums, std::int64_t sums_stride) {
  const hn::ScalableTag<T> d;
  constexpr std::int64_t lanes = Lanes<T>();
  hn::Vec<hn::ScalableTag<T>> sum[c_cols][v_cols];
  for (int j = 0; j < c_cols; ++j)
    for (int i = 0; i < v_cols; ++i) sum[j][i] = hn::Load(d, sums + j * sums_stride + i * lanes);
  const auto add = [&](const auto& load) HWY_ATTR {
    hn::Vec<hn::ScalableTag<T>> left[v_cols];
    for (int i = 0; i < v_cols; ++i) left[i] = load(v + i * ldv);
    for (int j = 0; j < c_cols; ++j) {
      const auto right = load(c + j * ldc);
      for (int i = 0; i < v_cols; ++i) sum[j][i] = hn::MulAdd(left[i], right, sum[j][i]);
    }
  };
  std::int64_t row = 0;
  for (; row + lanes <= rows; row += lanes) add([&](const T* p) HWY_ATTR { return hn::LoadU(d, p + row); });
  if (row < rows) add([&](const T* p) HWY_ATTR { return LoadFirst(rows - row, p + row); });
  for (int j = 0; j < c_cols; ++j)
    for (int i = 0; i < v_cols; ++i) hn::Store(sum[j][i], d, sums + j * sums_stride + i * lanes);
}

template <int c_cols, class T>
void AddInnerColumns(MatrixView<const T> v, const T* c, std::int64_t ldc, T* sums) {
  constexpr std::int64_t lanes = Lanes<T>();
  const std::int64_t stride = v.cols * lanes;
  const std::int64_t ldv = v.leading_dimension;
  std::int64_t i = 0;
  for (; i + inner_v <= v.cols; i += inner_v)
    AddInner<inner_v, c_cols>(v.rows, v.data + i * ldv, ldv, c, ldc, sums + i * lanes, stride);
  for (; i < v.cols; ++i) AddInner<1, c_cols>(v.rows, v.data + i * ldv, ldv, c, ldc, sums + i * lanes, stride);
}

template <class T>
void InnerProducts(MatrixView<const T> v, MatrixView<const T> c, T* lane_sums, T* w) {
  const hn::ScalableTag<T> d;
  constexpr std::int64_t lanes = Lanes<T>();
  const std::int64_t entries = v.cols * c.cols;
  std::fill_n(lane_sums, entries * lanes, T(0));
  for (std::int64_t row = 0; row < v.rows; row += block_rows) {
    const std::int64_t rows = std::min(block_rows, v.rows - row);
    const auto block = v.block(row, 0, rows, v.cols);
    const T* const first = c.data + row;
    std::int64_t j = 0;
    for (; j + inner_c <= c.cols; j += inner_c)
      AddInnerColumns<inner_c>(block, first + j * c.leading_dimension, c.leading_dimension,
                               lane_sums + j * v.cols * lanes);
    for (; j < c.cols; ++j)
      AddInnerColumns<1>(block, first + j * c.leading_dimension, c.leading_dimension, lane_sums + j * v.cols * lanes);
  }
  for (std::int64_t k = 0; k < entries; ++k) w[k] = hn::GetLane(hn::SumOfLanes(d, hn::Load(d, lane_sums + k * lanes)));
}

// A tile of C -= V W, of `vectors` full vectors, or of one vector of which `rows` lanes exist.
template <int vectors, int columns, bool partial, class T>
HWY_INLINE void SubtractTile(std::int64_t depth, const T* HWY_RESTRICT v, std::int64_t ldv, const T* HWY_RESTRICT w,
                             T* HWY_RESTRICT c, std::int64_t ldc, std::int64_t rows) {
  static_assert(!partial || vectors == 1);
  const hn::ScalableTag<T> d;
  constexpr std::int64_t lanes = Lanes<T>();
  const auto load = [&](const T* p) HWY_ATTR {
    if constexpr (partial) {
      return LoadFirst(rows, p);
    } else {
      return hn::LoadU(d, p);
    }
  };
  hn::Vec<hn::ScalableTag<T>> tile[columns][vectors];
  for (int j = 0; j < columns; ++j)
    for (int i = 0; i < vectors; ++i) tile[j][i] = load(c + j * ldc + i * lanes);
  for (std::int64_t k = 0; k < depth; ++k) {
    hn::Vec<hn::ScalableTag<T>> left[vectors];
    for (int i = 0; i < vectors; ++i) left[i] = load(v + k * ldv + i * lanes);
    for (int j = 0; j < columns; ++j) {
      const auto number = hn::Set(d, w[k + j * depth]);
      for (int i = 0; i < vectors; ++i) tile[j][i] = hn::NegMulAdd(left[i], number, tile[j][i]);
    }
  }
  for (int j = 0; j < columns; ++j)
    for (int i = 0; i < vectors; ++i) {
      if constexpr (partial) {
        StoreFirst(rows, tile[j][i], c + j * ldc);
      } else {
        hn::StoreU(tile[j][i], d, c + j * ldc + i * lanes);
      }
    }
}

template <int columns, class T>
void SubtractColumns(MatrixView<const T> v, const T* w, T* c, std::int64_t ldc) {
  constexpr std::int64_t lanes = Lanes<T>();
  const std::int64_t ldv = v.leading_dimension;
  std::int64_t row = 0;
  for (; row + update_vectors * lanes <= v.rows; row += update_vectors * lanes)
    SubtractTile<update_vectors, columns, false>(v.cols, v.data + row, ldv, w, c + row, ldc, lanes);
  for (; row + lanes <= v.rows; row += lanes)
    SubtractTile<1, columns, false>(v.cols, v.data + row, ldv, w, c + row, ldc, lanes);
  if (row < v.rows) SubtractTile<1, columns, true>(v.cols, v.data + row, ldv, w, c + row, ldc, v.rows - row);
}

template <class T>
void SubtractProduct(MatrixView<const T> v, const T* w, MatrixView<T> c) {
  for (std::int64_t row = 0; row < v.rows; row += block_rows) {
    const auto block = v.block(row, 0, std::min(block_rows, v.rows - row), v.cols);
    T* const first = c.data + row;
    std::int64_t j = 0;
    for (; j + update_columns <= c.cols; j += update_columns)
      SubtractColumns<update_columns>(block, w + j * v.cols, first + j * c.leading_dimension, c.leading_dimension);
    for (; j < c.cols; ++j)
      SubtractColumns<1>(block, w + j * v.cols, first + j * c.leading_dimension, c.leading_dimension);
  }
}

void InnerFloat(MatrixView<const float> v, MatrixView<const float> c, float* lane_sums, float* w) {
  InnerProducts(v, c, lane_sums, w);
}
void InnerDouble(MatrixView<const double> v, MatrixView<const double> c, double* lane_sums, double* w) {
  InnerProducts(v, c, lane_sums, w);
}
void SubtractFloat(MatrixView<const float> v, const float* w, MatrixView<float> c) { SubtractProduct(v, w, c); }
void SubtractDouble(MatrixView<const double> v, const double* w, MatrixView<double> c) { SubtractProduct(v, w, c); }
std::int64_t VectorBytes() { return Lanes<double>() * static_cast<std::int64_t>(sizeof(double)); }

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(InnerFloat);
HWY_EXPORT(InnerDouble);
HWY_EXPORT(SubtractFloat);
HWY_EXPORT(SubtractDouble);
HWY_EXPORT(VectorBytes);

std::int64_t lane_sums_bytes(std::int64_t entries) { return entries * HWY_DYNAMIC_DISPATCH(VectorBytes)(); }
void tall_inner_products(MatrixView<const float> v, MatrixView<const float> c, float* lane_sums, float* w) {
  HWY_DYNAMIC_DISPATCH(InnerFloat)(v, c, lane_sums, w);
}
void tall_inner_products(MatrixView<const double> v, MatrixView<const double> c, double* lane_sums, double* w) {
  HWY_DYNAMIC_DISPATCH(InnerDouble)(v, c, lane_sums, w);
}
void subtract_tall_product(MatrixView<const float> v, const float* w, MatrixView<float> c) {
  HWY_DYNAMIC_DISPATCH(SubtractFloat)(v, w, c);
}
void subtract_tall_product(MatrixView<const double> v, const double* w, MatrixView<double> c) {
  HWY_DYNAMIC_DISPATCH(SubtractDouble)(v, w, c);
}

}  // namespace croquis
#endif
