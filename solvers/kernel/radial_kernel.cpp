#include "solvers/kernel/radial_kernel.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

#include "linalg/copy.hpp"
#include "linalg/densify.hpp"
#include "linalg/plain_tile.hpp"
#include "solvers/kernel/radial_rows.hpp"

namespace croquis {
namespace {

// Points that go by each panel of centres: in the first-level cache, up to a hundred coordinates.
constexpr std::int64_t tile_rows = 32;

}  // namespace

Matrix<double> dense_by_rows(const AnyMatrixView<double>& a) {
  Matrix<double> x = Matrix<double>::uninitialized(a.rows(), a.cols(), Layout::row_major);
  if (a.is_dense()) {
    copy<double>(std::get<0>(a.storage()), x.view());
  } else {
    copy<double>(densify<double>(a).view(), x.view());
  }
  return x;
}

namespace {

// The part of a bandwidth that points are measured in.
double unit_of(KernelFunction function) {
  switch (function) {
    case KernelFunction::gaussian:
      return std::numbers::sqrt2;
    case KernelFunction::matern52:
      return 1 / std::sqrt(5.0);
    case KernelFunction::matern32:
      return 1 / std::numbers::sqrt3;
    case KernelFunction::laplacian:
      return 1;
  }
  assert(false && "a kernel without a unit");
  return 1;
}

}  // namespace

void scale_points(Matrix<double>& x, KernelFunction function, double bandwidth) {
  const double factor = 1 / (unit_of(function) * bandwidth);
  for (double& coordinate : x.entries()) coordinate *= factor;
}

Matrix<double> rows_of(MatrixView<const double> x, const std::vector<std::int64_t>& rows) {
  Matrix<double> result(static_cast<std::int64_t>(rows.size()), x.cols, Layout::row_major);
  for (std::size_t j = 0; j < rows.size(); ++j)
    std::copy_n(x.data + rows[j] * x.leading_dimension, x.cols, result.data() + static_cast<std::int64_t>(j) * x.cols);
  return result;
}

RadialKernel::RadialKernel(KernelFunction function, MatrixView<const double> centres)
    : function_(function), centres_(centres.rows), dimensions_(centres.cols) {
  const std::int64_t panels = (centres_ + kernel_panel - 1) / kernel_panel;
  packed_.resize(static_cast<std::size_t>(panels * kernel_panel * dimensions_));
  for (std::int64_t j = 0; j < centres_; ++j)
    for (std::int64_t c = 0; c < dimensions_; ++c)
      packed_[static_cast<std::size_t>((j / kernel_panel * dimensions_ + c) * kernel_panel + j % kernel_panel)] =
          centres(j, c);
}

void RadialKernel::fill(MatrixView<const double> x, MatrixView<double> k) const {
  assert(x.layout == Layout::row_major && k.layout == Layout::row_major && x.cols == dimensions_);
  const std::int64_t tiles = (x.rows + tile_rows - 1) / tile_rows;
  for_each_plain_tile(tiles, [&](std::int64_t tile) {
    const std::int64_t first = tile * tile_rows, count = std::min(tile_rows, x.rows - first);
    radial_rows(function_, count, dimensions_, x.data + first * x.leading_dimension, x.leading_dimension, centres_,
                packed_.data(), k.data + first * k.leading_dimension, k.leading_dimension);
  });
}

}  // namespace croquis
