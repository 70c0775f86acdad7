// The singular value decomposition of a tall matrix.
#pragma once

#include <vector>

#include <croquis/linalg/matrix.hpp>

namespace croquis {

/// A = U diag(s) W^T up to roundoff, truncated to the numerical rank r of A with its columns scaled to unit norm.
template <class T>
struct ThinSvd {
  Matrix<T> u;       ///< m x r
  std::vector<T> s;  ///< descending
  Matrix<T> w;       ///< n x r
};

/// Of A (m x n, m >= n, finite), by an orthonormal basis of its range. Multithreaded but for the n x n decomposition;
/// the result does not depend on the number of threads. Cost: 10 m n^2 flops and about 20 n^3.
template <class T>
ThinSvd<T> thin_svd(MatrixView<const T> a);

}  // namespace croquis
