#include "solvers/kernel/gaussian_rows.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "solvers/kernel/gaussian_rows.cpp"
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

// `rows` points and a panel, to `rows` rows of whole panels.
template <std::int64_t rows>
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
  // Below, exponentials are not normal numbers, which are slow to add.
  const auto least = hn::Set(d, -706.8);
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t v = 0; v < vectors; ++v) {
      const auto exponent = hn::Neg(sum[i][v]);
      hn::StoreU(hn::IfThenElseZero(hn::Ge(exponent, least), hn::Exp(d, hn::Max(exponent, least))), d,
                 k + i * k_stride + v * lanes);
    }
}

template <std::int64_t rows>
void Rows(std::int64_t first, std::int64_t dimensions, const double* x, std::int64_t x_stride, std::int64_t count,
          const double* panel, double* k, std::int64_t k_stride) {
  x += first * x_stride;
  k += first * k_stride;
  if (count == kernel_panel) return Tile<rows>(dimensions, x, x_stride, panel, k, k_stride);
  double whole[rows * kernel_panel];
  Tile<rows>(dimensions, x, x_stride, panel, whole, kernel_panel);
  for (std::int64_t i = 0; i < rows; ++i) std::copy_n(whole + i * kernel_panel, count, k + i * k_stride);
}

void GaussianRows(std::int64_t rows, std::int64_t dimensions, const double* x, std::int64_t x_stride,
                  std::int64_t centres, const double* packed, double* k, std::int64_t k_stride) {
  for (std::int64_t j = 0; j < centres; j += kernel_panel, packed += dimensions * kernel_panel) {
    const std::int64_t count = std::min(kernel_panel, centres - j);
    std::int64_t i = 0;
    for (; i + most_rows <= rows; i += most_rows)
      Rows<most_rows>(i, dimensions, x, x_stride, count, packed, k + j, k_stride);
    for (; i < rows; ++i) Rows<1>(i, dimensions, x, x_stride, count, packed, k + j, k_stride);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(GaussianRows);

void gaussian_rows(std::int64_t rows, std::int64_t dimensions, const double* x, std::int64_t x_stride,
                   std::int64_t centres, const double* packed, double* k, std::int64_t k_stride) {
  HWY_DYNAMIC_DISPATCH(GaussianRows)(rows, dimensions, x, x_stride, centres, packed, k, k_stride);
}

}  // namespace croquis
#endif
