// The dot product of short vectors, for which a call of BLAS takes longer than the work.
#pragma once

#include <cstdint>

namespace croquis {

/// The sum of x_i y_i for i < n, added in double.
template <class T>
double dot(std::int64_t n, const T* x, const T* y) {
  // Four sums, so that none waits for the addition before.
  double sum[4] = {};
  std::int64_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (int k = 0; k < 4; ++k) sum[k] += static_cast<double>(x[i + k]) * y[i + k];
  for (; i < n; ++i) sum[0] += static_cast<double>(x[i]) * y[i];
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

}  // namespace croquis
