// The two kernels of every dense product, against plain loops, for every remainder of their unrolling.
#include "linalg/vector_block.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/random.hpp"

using namespace croquis;
using croquis::test::RandomSource;

namespace {

template <class T>
std::vector<T> random_vector(std::int64_t size, RandomSource& random) {
  std::vector<T> x(size);
  for (T& value : x) value = static_cast<T>(random.normal());
  return x;
}

template <class T>
void fill_columns(std::vector<T>& a, std::int64_t count, std::int64_t length, std::int64_t stride,
                  RandomSource& random) {
  for (std::int64_t j = 0; j < count; ++j)
    for (std::int64_t i = 0; i < length; ++i) a[j * stride + i] = static_cast<T>(random.normal());
}

}  // namespace

TEST_CASE_TEMPLATE("Combinations and dot products add to what is there", T, float, double) {
  RandomSource random(1);
  for (const std::int64_t vectors : {1, 2, 3, 4, 5, 7, 8, 10}) {
    for (const std::int64_t count : {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 40}) {
      for (const std::int64_t length : {0, 1, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 1001}) {
        CAPTURE(vectors);
        CAPTURE(count);
        CAPTURE(length);
        // NaN between the vectors: a kernel that reads past a vector's end shows it.
        const T gap = std::numeric_limits<T>::quiet_NaN();
        const std::int64_t stride = length + 5, c_stride = count + 3, x_stride = length + 2, y_stride = length + 8,
                           z_stride = count + 8;
        std::vector<T> a(count * stride, gap), c(vectors * c_stride, gap), x(vectors * x_stride, gap);
        fill_columns(a, count, length, stride, random);
        fill_columns(c, vectors, count, c_stride, random);
        fill_columns(x, vectors, length, x_stride, random);
        const std::vector<T> y_start = random_vector<T>(vectors * y_stride, random);
        const std::vector<T> z_start = random_vector<T>(vectors * z_stride, random);
        std::vector<T> y = y_start, z = z_start;
        // Only asked for: it changes nothing.
        const T* const next = count % 2 == 0 ? nullptr : a.data();
        add_combination(count, length, vectors, a.data(), stride, next, c.data(), c_stride, y.data(), y_stride);
        add_dot_products(count, length, vectors, a.data(), stride, next, x.data(), x_stride, z.data(), z_stride);
        std::int64_t wrong = 0, overrun = 0;
        for (std::int64_t v = 0; v < vectors; ++v) {
          for (std::int64_t i = 0; i < length; ++i) {
            double sum = y_start[v * y_stride + i], size = std::abs(sum);
            for (std::int64_t j = 0; j < count; ++j) {
              const double term = static_cast<double>(c[v * c_stride + j]) * a[j * stride + i];
              sum += term;
              size += std::abs(term);
            }
            wrong += !(std::abs(y[v * y_stride + i] - sum) <= 50 * std::numeric_limits<T>::epsilon() * size);
          }
          for (std::int64_t j = 0; j < count; ++j) {
            double sum = z_start[v * z_stride + j], size = std::abs(sum);
            for (std::int64_t i = 0; i < length; ++i) {
              const double term = static_cast<double>(x[v * x_stride + i]) * a[j * stride + i];
              sum += term;
              size += std::abs(term);
            }
            wrong += !(std::abs(z[v * z_stride + j] - sum) <= 50 * std::numeric_limits<T>::epsilon() * size);
          }
          for (std::int64_t i = length; i < y_stride; ++i) overrun += y[v * y_stride + i] != y_start[v * y_stride + i];
          for (std::int64_t j = count; j < z_stride; ++j) overrun += z[v * z_stride + j] != z_start[v * z_stride + j];
        }
        CHECK(wrong == 0);
        CHECK(overrun == 0);
      }
    }
  }
}
