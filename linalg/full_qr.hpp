// Column-pivoted QR with the whole orthogonal factor.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/linalg/matrix.hpp>

namespace croquis {

/// A P = Q R for A of any shape: the columns of Q beyond the rank span the complement of A's range.
template <class T>
struct FullQr {
  Matrix<T> q;                            ///< m x m
  Matrix<T> r;                            ///< min(m, n) x n, zeros below the diagonal
  std::vector<std::int64_t> permutation;  ///< column j of A P is column permutation[j] of A
};

/// On one thread. Cost: 4 m^2 min(m, n) flops.
template <class T>
FullQr<T> full_qr(MatrixView<const T> a);

}  // namespace croquis
