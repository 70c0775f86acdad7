// The two kernels behind every product of a dense matrix with vectors: a block of vectors, `stride` entries apart, is
// combined with coefficients or multiplied with other vectors.
//
// Where a block comes from a cache, memory would idle: `next`, if not null, is a block of the same shape and stride
// that one vector's product asks for meanwhile, to the second-level cache. It may end beyond memory.
#pragma once

#include <cstdint>

namespace croquis {

/// Y(:, v) += sum over j < count of coefficient(j, v) * a_j, with a_j = a(j * stride + (0 : length)), for `vectors`
/// columns v of Y (`y_stride` apart) and of the coefficients (`coefficient_stride` apart).
void add_combination(std::int64_t count, std::int64_t length, std::int64_t vectors, const float* a, std::int64_t stride,
                     const float* next, const float* coefficient, std::int64_t coefficient_stride, float* y,
                     std::int64_t y_stride);
void add_combination(std::int64_t count, std::int64_t length, std::int64_t vectors, const double* a,
                     std::int64_t stride, const double* next, const double* coefficient,
                     std::int64_t coefficient_stride, double* y, std::int64_t y_stride);

/// Y(j, v) += dot(a_j, X(:, v)) for j < count and `vectors` columns v of X (`x_stride` apart) and Y (`y_stride` apart).
void add_dot_products(std::int64_t count, std::int64_t length, std::int64_t vectors, const float* a,
                      std::int64_t stride, const float* next, const float* x, std::int64_t x_stride, float* y,
                      std::int64_t y_stride);
void add_dot_products(std::int64_t count, std::int64_t length, std::int64_t vectors, const double* a,
                      std::int64_t stride, const double* next, const double* x, std::int64_t x_stride, double* y,
                      std::int64_t y_stride);

}  // namespace croquis
