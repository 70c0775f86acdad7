// Weights of the rows of a least-squares problem, as factors of the rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace croquis {

/// The roots of the weights, times 2^-exponent: the largest in [1/2, 1). A factor that falls below the range of T is
/// zero; beside the largest it is no more.
template <class T>
struct RowWeights {
  std::vector<T> factor;
  int exponent = 0;

  /// Throws `InvalidOption`, naming the first weight that is negative or not finite, or if there is not one for each
  /// of `rows` rows.
  RowWeights(std::span<const double> weights, std::int64_t rows);
};

}  // namespace croquis
