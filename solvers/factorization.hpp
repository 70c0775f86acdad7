// The small factor of a tall matrix: what preconditions, measures and solves once Q is out of the way.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/linalg/matrix.hpp>

namespace croquis {

/// A D = Q C, where A (or its sketch) is tall, D scales its columns by powers of two and Q has orthonormal columns.
/// Full rank: C = R P^T with R upper triangular and P a permutation. Rank deficient: C = Sigma V^T, truncated to the
/// numerical rank. Only C is here; with it comes N = D C^+, which turns A into the well-conditioned A N.
template <class T>
struct Factorization {
  std::vector<T> scale;                   ///< the diagonal of D
  std::vector<std::int64_t> permutation;  ///< column j of R is column permutation[j] of A D; empty: the identity
  Matrix<T> r;                            ///< full rank: R
  Matrix<T> v;                            ///< rank deficient: the leading right singular vectors, n x rank; the rows of
                                          ///< zero columns of A are exactly zero
  std::vector<T> singular_values;         ///< rank deficient: of the `rank` vectors in `v`
  Matrix<T> null_basis;                   ///< rank deficient: the other right singular vectors, n x (n - rank)
  std::int64_t rank = 0;
  double rcond = 0;             ///< the tolerance the rank was decided by
  double largest_singular = 0;  ///< largest singular value of C
  double condition = 1;         ///< largest over smallest singular value of C, over the numerical rank
  double frobenius_norm = 0;    ///< of C

  std::int64_t cols() const { return static_cast<std::int64_t>(scale.size()); }
  bool full_rank() const { return rank == cols(); }

  /// X = N Y, X: n x k, Y: rank x k.
  void precondition(MatrixView<const T> y, MatrixView<T> x) const;
  /// Y = N^T X.
  void precondition_transposed(MatrixView<const T> x, MatrixView<T> y) const;
  /// || D^-1 x ||: the norm of a solution in the scaled columns.
  double scaled_norm(MatrixView<const T> x) const;
};

/// Whether `factorize` pivots the columns of R.
enum class Pivoting { no, yes };

/// Factors the R (n x n, upper triangular) of A D = Q R. `qtb` is Q^T B on entry and on return the rank x k coordinates
/// Y for which N Y is the least-squares solution (of least norm in the scaled columns). With pivoting the columns of R
/// are pivoted first (dgeqp3); singular values are computed only where the estimated condition calls for them.
/// Runs on one thread. Cost: O(n^2) without pivoting and 4/3 n^3 flops with it; about 20 n^3 for singular values.
template <class T>
Factorization<T> factorize(Matrix<T> r, std::vector<T> scale, double rcond, Pivoting pivoting, Matrix<T>& qtb);

}  // namespace croquis
