// The projection onto the orthogonal complement of a subspace.
#pragma once

#include <vector>

#include <croquis/linalg/matrix.hpp>

namespace croquis {

/// x := (I - B B^+) x for a basis B, n x k with n >= k, that need not be orthonormal. Its columns are scaled to unit
/// norm, and B^+ is made of a triangular factor of B: of the Gram matrix where there are a few vectors only and that
/// factor says that it is well conditioned, of a QR otherwise. It is applied twice, so that the second time removes the
/// rounding errors of the first.
///
/// Cost: n k^2 flops for a few vectors, twice as many otherwise, and 8 n k for each x; memory n k, or twice that. Runs
/// on one thread but for the QR; the same bits for any number of threads.
template <class T>
class OrthogonalComplement {
 public:
  /// To project so many vectors at once.
  OrthogonalComplement(Matrix<T> basis, std::int64_t vectors);

  /// Each column of X, column-major. Does nothing if the columns of the basis are linearly dependent to the last digit.
  void project(MatrixView<T> x) const;

 private:
  bool factor_gram();
  void project_one(T* x) const;

  Matrix<T> basis_;
  std::vector<double> small_r_;  // of the Gram matrix, by columns
  Matrix<T> r_;                  // of the QR
};

}  // namespace croquis
