// The small factor of a tall matrix: what preconditions, measures and solves once Q is out of the way.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <croquis/linalg/matrix.hpp>

#include "linalg/condition.hpp"

namespace croquis {

/// F with F^T F = C^T C + root^2 I.
template <class T>
class ShiftedFactor {
 public:
  virtual ~ShiftedFactor() = default;
  /// g := F^-T g, for g as `Factorization::transposed_product` gives it.
  virtual void solve_transposed(std::vector<T>& g) const = 0;
};

/// A D = Q C, where A (or its sketch) is tall, D scales its columns by powers of two and Q has orthonormal columns.
/// Only C is here, as dense or sparse as it is; with it comes N = D C^+, which turns A into the well-conditioned A N.
/// C may be another matrix than A's own, if `least_part` and `shift` say how far it is off.
template <class T>
class Factorization {
 public:
  virtual ~Factorization() = default;

  std::vector<T> scale;  ///< the diagonal of D
  Matrix<T> null_basis;  ///< rank deficient: a basis of the null space of C, n x (n - rank); need not be orthonormal
  std::vector<std::int64_t> zero_columns;  ///< rank deficient: columns of zeros in A
  std::int64_t rank = 0;
  double rcond = 0;             ///< the tolerance the rank was decided by
  double largest_singular = 0;  ///< largest singular value of C
  double condition = 1;         ///< largest over smallest singular value of C, over the numerical rank
  double frobenius_norm = 0;    ///< of C
  /// (A D)^T A D is at least least_part^2 C^T C: no singular value of A N is below, but for those of A's null space.
  double least_part = 1;
  double shift = 0;  ///< C^T C = (A D)^T A D + shift I, where it is not zero

  std::int64_t cols() const { return static_cast<std::int64_t>(scale.size()); }
  bool full_rank() const { return rank == cols(); }

  /// Columns of N.
  virtual std::int64_t coordinates() const { return rank; }
  /// X = N Y, X: n x k, Y: coordinates x k.
  virtual void precondition(MatrixView<const T> y, MatrixView<T> x) const = 0;
  /// Y = N^T X.
  virtual void precondition_transposed(MatrixView<const T> x, MatrixView<T> y) const = 0;
  /// The one that serves column v of the blocks: this, unless each column has its own.
  virtual const Factorization& of_vector(std::int64_t /*v*/) const { return *this; }

  /// C^T s for s of `coordinates` entries, in some orthonormal basis that `shifted` shares.
  virtual std::vector<T> transposed_product(const T* s) const = 0;
  /// C g, `coordinates` entries, for g in that basis.
  virtual std::vector<T> product(const std::vector<T>& g) const = 0;
  virtual std::unique_ptr<ShiftedFactor<T>> shifted(double root) const = 0;

  /// || D^-1 x ||: the norm of a solution in the scaled columns.
  double scaled_norm(MatrixView<const T> x) const;
};

/// Whether `factorize` pivots the columns of R.
enum class Pivoting { no, yes };

/// Factors the R (n x n, upper triangular) of A D = Q R: as C = R P^T, P a permutation, or where the rank is not full
/// as C = Sigma V^T, truncated to the numerical rank. `qtb` is Q^T B on entry and on return the rank x k coordinates
/// Y for which N Y is the least-squares solution (of least norm in the scaled columns). With pivoting the columns of R
/// are pivoted first (dgeqp3); singular values are computed only where the estimated condition calls for them.
/// Who knows the extreme singular values of R already, gives them with `known`, for R as it is without pivoting.
/// Runs on one thread. Cost: O(n^2) without pivoting and 4/3 n^3 flops with it; about 20 n^3 for singular values.
template <class T>
std::unique_ptr<Factorization<T>> factorize(Matrix<T> r, std::vector<T> scale, double rcond, Pivoting pivoting,
                                            Matrix<T>& qtb, const ExtremeSingularValues* known = nullptr);

}  // namespace croquis
