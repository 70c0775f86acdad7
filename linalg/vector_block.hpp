// The two kernels behind every product of a dense matrix with one vector: a block of vectors, `stride` entries apart,
// is combined with coefficients or multiplied with one vector.
#pragma once

#include <cstdint>

namespace croquis {

/// y(0 : length) += sum over j < count of coefficient[j] * a(j * stride + (0 : length)).
void add_combination(std::int64_t count, std::int64_t length, const float* a, std::int64_t stride,
                     const float* coefficient, float* y);
void add_combination(std::int64_t count, std::int64_t length, const double* a, std::int64_t stride,
                     const double* coefficient, double* y);

/// y[j] += dot(a(j * stride + (0 : length)), v) for j < count.
void add_dot_products(std::int64_t count, std::int64_t length, const float* a, std::int64_t stride, const float* v,
                      float* y);
void add_dot_products(std::int64_t count, std::int64_t length, const double* a, std::int64_t stride, const double* v,
                      double* y);

}  // namespace croquis
