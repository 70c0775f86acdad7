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

}  // namespace

TEST_CASE_TEMPLATE("Combinations and dot products add to what is there", T, float, double) {
  RandomSource random(1);
  for (const std::int64_t count : {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 40}) {
    for (const std::int64_t length : {0, 1, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 1001}) {
      const std::int64_t stride = length + 5;
      // NaN between the vectors: a kernel that reads past a vector's end shows it.
      std::vector<T> a(count * stride, std::numeric_limits<T>::quiet_NaN());
      for (std::int64_t j = 0; j < count; ++j)
        for (std::int64_t i = 0; i < length; ++i) a[j * stride + i] = static_cast<T>(random.normal());
      const std::vector<T> coefficient = random_vector<T>(count, random);
      const std::vector<T> v = random_vector<T>(length, random);
      const std::vector<T> y_start = random_vector<T>(length + 8, random);
      const std::vector<T> z_start = random_vector<T>(count + 8, random);
      std::vector<T> y = y_start, z = z_start;
      add_combination(count, length, a.data(), stride, coefficient.data(), y.data());
      add_dot_products(count, length, a.data(), stride, v.data(), z.data());
      CAPTURE(count);
      CAPTURE(length);
      std::int64_t wrong = 0;
      for (std::int64_t i = 0; i < length; ++i) {
        double sum = y_start[i], size = std::abs(sum);
        for (std::int64_t j = 0; j < count; ++j) {
          sum += static_cast<double>(coefficient[j]) * a[j * stride + i];
          size += std::abs(static_cast<double>(coefficient[j]) * a[j * stride + i]);
        }
        wrong += !(std::abs(y[i] - sum) <= 50 * std::numeric_limits<T>::epsilon() * size);
      }
      for (std::int64_t j = 0; j < count; ++j) {
        double sum = z_start[j], size = std::abs(sum);
        for (std::int64_t i = 0; i < length; ++i) {
          sum += static_cast<double>(v[i]) * a[j * stride + i];
          size += std::abs(static_cast<double>(v[i]) * a[j * stride + i]);
        }
        wrong += !(std::abs(z[j] - sum) <= 50 * std::numeric_limits<T>::epsilon() * size);
      }
      CHECK(wrong == 0);
      std::int64_t overrun = 0;
      for (std::int64_t i = length; i < length + 8; ++i) overrun += y[i] != y_start[i];
      for (std::int64_t j = count; j < count + 8; ++j) overrun += z[j] != z_start[j];
      CHECK(overrun == 0);
    }
  }
}
