// The inner loop of a Gaussian kernel's matrix.
#pragma once

#include <cstdint>

namespace croquis {

/// Centres are packed in panels of so many, the last filled with zeros: within a panel, first all first coordinates.
constexpr std::int64_t kernel_panel = 16;

/// k[i * k_stride + j] = exp(-||x_i - c_j||^2) for `rows` points of `dimensions` coordinates, `x_stride` apart, and
/// `centres` packed centres. Distances are sums of squared differences in the order of the coordinates, so that they
/// are as accurate for points far from zero, and an entry does not depend on its place; exponentials are within 2 units
/// in the last place, and zero below 1e-307. On the calling thread.
///
/// Data movement: a panel stays in the first-level cache while all rows go by; the sums stay in registers until they
/// are exponentials. Cost: 3 dimensions flops and an exponential for an entry.
void gaussian_rows(std::int64_t rows, std::int64_t dimensions, const double* x, std::int64_t x_stride,
                   std::int64_t centres, const double* packed, double* k, std::int64_t k_stride);

}  // namespace croquis
