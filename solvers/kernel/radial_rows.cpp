#include "solvers/kernel/radial_rows.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "solvers/kernel/radial_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// After Highway's header, which says what vectors there are.
#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<double, kernel_panel>;
constexpr std::int64_t lanes = static_cast<std::int64_t>(hn::MaxLanes(D()));
constexpr std::int64_t vectors = kernel_panel / lanes;
// Eight sums: as many as hide the latency of an addition, and leave registers for the centres of a panel.
constexpr std::int64_t most_rows = std::max<std::int64_t>(1, 8 / vectors);

// k of what distances add up to: d^2.
template <KernelFunction function>
HWY_INLINE hn::Vec<D> Value(hn::Vec<D> sum) {
  const D d;
  const auto exponent = hn::Neg(function == KernelFunction::gaussian ? sum : hn::Sqrt(sum));
  // Below, exponentials are not normal numbers, which are slow to add.
  const auto least = hn::Set(d, -706.8);
  const auto bounded = hn::Max(exponent, least);
  auto value = hn::Exp(d, bounded);
  const auto one = hn::Set(d, 1);
  if constexpr (function == KernelFunction::matern32) value = hn::Mul(value, hn::Sub(one, bounded));
  if constexpr (function == KernelFunction::matern52)
    value = hn::Mul(value, hn::MulAdd(bounded, hn::MulSub(bounded, hn::Set(d, 1.0 / 3), one), one));
  return hn::IfThenElseZero(hn::Ge(exponent, least), value);
}

// `rows` points and a panel, to `rows` rows of whole panels.
template <KernelFunction function, std::int64_t rows>
HWY_INLINE void Tile(std::int64_t dimensions, const double* HWY_RESTRICT x, std::int64_t x_stride,
                     const double* HWY_RESTRICT panel, double* HWY_RESTRICT k, std::int64_t k_stride) {
  const D d;
  hn::Vec<D> sum[rows][vectors];
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t v = 0; v < vectors; ++v) sum[i][v] = hn::Zero(d);
  for (std::int64_t c = 0; c < dimensions; ++c, panel += kernel_panel)
    for (std::int64_t i = 0; i < rows; ++i) {
      const auto coordinate = hn::Set(d, x[i * x_stride + c]);
      for (std::int64_t v = 0; v < vectors; ++v) {
        const auto difference = hn::Sub(coordinate, hn::LoadU(d, panel + v * lanes));
        sum[i][v] = hn::MulAdd(difference, difference, sum[i][v]);
      }
    }
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t v = 0; v < vectors; ++v) hn::StoreU(Value<function>(sum[i][v]), d, k + i * k_stride + v * lanes);
}

template <KernelFunction function, std::int64_t rows>
void Rows(std::int64_t first, std::int64_t dimensions, const double* x, std::int64_t x_stride, std::int64_t count,
          const double* panel, double* k, std::int64_t k_stride) {
  x += first * x_stride;
  k += first * k_stride;
  if (count == kernel_panel) return Tile<function, rows>(dimensions, x, x_stride, panel, k, k_stride);
  double whole[rows * kernel_panel];
  Tile<function, rows>(dimensions, x, x_stride, panel, whole, kernel_panel);
  for (std::int64_t i = 0; i < rows; ++i) std::copy_n(whole + i * kernel_panel, count, k + i * k_stride);
}

template <KernelFunction function>
void RowsOf(std::int64_t rows, std::int64_t dimensions, const double* x, std::int64_t x_stride, std::int64_t centres,
            const double* packed, double* k, std::int64_t k_stride) {
  for (std::int64_t j = 0; j < centres; j += kernel_panel, packed += dimensions * kernel_panel) {
    const std::int64_t count = std::min(kernel_panel, centres - j);
    std::int64_t i = 0;
    for (; i + most_rows <= rows; i += most_rows)
      Rows<function, most_rows>(i, dimensions, x, x_stride, count, packed, k + j, k_stride);
    for (; i < rows; ++i) Rows<function, 1>(i, dimensions, x, x_stride, count, packed, k + j, k_stride);
  }
}

void RadialRows(KernelFunction function, std::int64_t rows, std::int64_t dimensions, const double* x,
                std::int64_t x_stride, std::int64_t centres, const double* packed, double* k, std::int64_t k_stride) {
  switch (function) {
    case KernelFunction::gaussian:
      return RowsOf<KernelFunction::gaussian>(rows, dimensions, x, x_stride, centres, packed, k, k_stride);
    case KernelFunction::matern52:
      return RowsOf<KernelFunction::matern52>(rows, dimensions, x, x_stride, centres, packed, k, k_stride);
    case KernelFunction::matern32:
      return RowsOf<KernelFunction::matern32>(rows, dimensions, x, x_stride, centres, packed, k, k_stride);
    case KernelFunction::laplacian:
      return RowsOf<KernelFunction::laplacian>(rows, dimensions, x, x_stride, centres, packed, k, k_stride);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(RadialRows);

void radial_rows(KernelFunction function, std::int64_t rows, std::int64_t dimensions, const double* x,
                 std::int64_t x_stride, std::int64_t centres, const double* packed, double* k, std::int64_t k_stride) {
  HWY_DYNAMIC_DISPATCH(RadialRows)(function, rows, dimensions, x, x_stride, centres, packed, k, k_stride);
}

}  // namespace croquis
#endif
