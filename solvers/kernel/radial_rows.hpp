// The inner loop of the matrix of a kernel of distances.
#pragma once

#include <cstdint>

#include <croquis/solvers/kernel_model.hpp>

namespace croquis {

/// Centres are packed in panels of so many, the last filled with zeros: within a panel, first all first coordinates.
constexpr std::int64_t kernel_panel = 16;

/// k[i * k_stride + j] for `rows` points of `dimensions` coordinates, `x_stride` apart, and `centres` packed centres:
/// of d = ||x_i - c_j||, exp(-d^2), exp(-d) (laplacian), (1 + d) exp(-d) (matern32) or (1 + d + d^2 / 3) exp(-d)
/// (matern52).
///
/// Distances are sums of squared differences in the order of the coordinates, so that they are as accurate for points
/// far from zero, and an entry does not depend on its place; exponentials are within 2 units in the last place, and
/// zero below 1e-307. On the calling thread.
///
/// Data movement: a panel stays in the first-level cache while all rows go by; the sums stay in registers until they
/// are exponentials. Cost: 3 dimensions flops, an exponential and, but for
/// Gaussian kernels, a square root for an entry.
void radial_rows(KernelFunction function, std::int64_t rows, std::int64_t dimensions, const double* x,
                 std::int64_t x_stride, std::int64_t centres, const double* packed, double* k, std::int64_t k_stride);

}  // namespace croquis
