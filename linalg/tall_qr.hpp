// Householder QR of a tall matrix, by chunks of rows.
#pragma once

#include <croquis/linalg/matrix.hpp>

namespace croquis {

/// The triangular factor of A = Q R and the top of Q^T B.
template <class T>
struct TallQr {
  Matrix<T> r;    ///< n x n, upper triangular, zeros below
  Matrix<T> qtb;  ///< n x k
};

/// A = Q R and Q^T B, where A (m x n, m >= n) and B (m x k) are column-major and overwritten.
///
/// The rows are cut into chunks, each factored on its own by `blocked_qr`, and the stacked triangles are
/// factored in turn (TSQR: Demmel, Grigori, Hoemmen, Langou, arXiv 0808.2664). The chunks depend on the shape alone, so
/// the result does not depend on the number of threads. Backward stable, column-wise, as Householder QR is.
/// Cost: 2 m n^2 flops plus 4 n^3 for each chunk but one; allocates n (n + k) entries per chunk.
template <class T>
TallQr<T> tall_qr(MatrixView<T> a, MatrixView<T> b);

}  // namespace croquis
