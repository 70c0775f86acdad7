// Extreme singular values of a triangular matrix.
#pragma once

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

struct ExtremeSingularValues {
  double largest = 0;
  double smallest = 0;
};

/// Estimates of the largest and the smallest singular value of the upper triangular R, by power iteration with R^T R
/// and with its inverse from a fixed start: the largest from below and the smallest from above, nearly always within a
/// factor of two. Zero on the diagonal makes the smallest zero. Cost: about 30 n^2 flops.
template <class T>
ExtremeSingularValues extreme_singular_values(MatrixView<const T> r);

}  // namespace croquis
