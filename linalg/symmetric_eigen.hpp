// The eigendecomposition of a small symmetric matrix.
#pragma once

#include <vector>

#include <croquis/linalg/matrix.hpp>

namespace croquis {

/// A = V diag(values) V^T.
struct SymmetricEigen {
  std::vector<double> values;  ///< ascending
  Matrix<double> vectors;      ///< orthonormal columns
};

/// Of a symmetric matrix given by its upper triangle, finite, by divide and conquer. At most some 9 n^3 flops on the
/// calling thread, and n^2 numbers of memory two or three times. Throws `std::runtime_error` if LAPACK's iteration
/// fails, which it does for non-finite entries only.
SymmetricEigen symmetric_eigen(Matrix<double> a);

}  // namespace croquis
