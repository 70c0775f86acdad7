// Low-rank approximation: the range of a matrix, its leading singular values and vectors, and least squares with them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/solvers/status.hpp>

namespace croquis {

/// Options of `find_range` and `randomized_svd`. One of `rank` and `tolerance` is given.
struct LowRankOptions {
  /// Singular triplets (of `find_range`: dimensions before oversampling) wanted.
  std::int64_t rank = 0;
  /// Relative error ||A - approximation||_F / ||A||_F to stay below; the rank is then found by doubling. In (0, 1).
  double tolerance = 0;
  /// Dimensions of the search space beyond the rank.
  std::int64_t oversampling = 10;
  /// Rounds of power iteration, each two passes over A. Where singular values fall slowly, one or two are worth it.
  std::int64_t power_iterations = 1;
  /// Seed of the Gaussian test matrix. Same seed, same bits.
  std::uint64_t seed = 0;
};

/// What a low-rank approximation did and how good it is.
struct LowRankReport {
  Status status = Status::converged;  ///< or accuracy_not_reached, non_finite_input
  std::string message;                ///< one sentence
  std::int64_t passes = 0;            ///< times A was read
  /// ||A - approximation||_F and ||A||_F, estimated without bias (their squares) from ten Gaussian vectors that the
  /// approximation did not see.
  double error_estimate = 0;
  double norm_estimate = 0;
  /// Larger than ||A - approximation||_2 with probability 1 - 10^-10.
  double spectral_error_bound = 0;

  bool solved() const { return status == Status::converged; }
};

/// An orthonormal basis that (nearly) spans the range of A: A is about Q Q^T A.
template <class T>
struct [[nodiscard]] RangeBasis : LowRankReport {
  Matrix<T> q;  ///< m x l, l = rank + oversampling or less: no more than min(m, n) nor A's numerical rank
};

/// A is about U diag(s) V^T.
template <class T>
struct [[nodiscard]] RandomizedSvd : LowRankReport {
  Matrix<T> u;                     ///< m x k, orthonormal columns
  std::vector<T> singular_values;  ///< k of them, descending
  Matrix<T> v;                     ///< n x k, orthonormal columns
  std::int64_t rank() const { return static_cast<std::int64_t>(singular_values.size()); }
};

/// Finds a basis of the leading part of A's range: Q = orth((A A^T)^q A Omega), Omega a Gaussian n x l test matrix, the
/// power q taken step by step with an orthonormal basis in between.
///
/// | argument | shape | |
/// |---|---|---|
/// | A | m x n | dense in either layout, CSR or CSC; any shape |
///
/// With q = 0 the expected ||A - Q Q^T A||_F^2 is at most (1 + k / (p - 1)) times the least that rank k allows, p the
/// oversampling; power iterations drive the factor towards one for the 2-norm. Q has fewer columns if A is numerically
/// of lower rank, and none for a zero matrix.
///
/// Cost: 1 + 2 q passes over A of 2 l flops an entry, and 6 (m + n) l^2 for each orthonormalization; memory 3 (m + n)
/// l. With a tolerance the same again for each doubling. The result does not depend on the number of threads. Throws
/// `InvalidOption` unless one of rank and tolerance is given and in range. NaN or infinity in A is a status. Source:
/// Halko, Martinsson and Tropp, SIAM Review 2011 (arXiv 0909.4061), algorithm 4.4 and section 4.3.
CROQUIS_API RangeBasis<float> find_range(const AnyMatrixView<float>& a, const LowRankOptions& options);
CROQUIS_API RangeBasis<double> find_range(const AnyMatrixView<double>& a, const LowRankOptions& options);

/// The leading singular values and vectors of A, by the singular value decomposition of Q^T A, Q as `find_range` finds
/// it.
///
/// | argument | shape | |
/// |---|---|---|
/// | A | m x n | as above |
///
/// The result has `rank` triplets, or with a tolerance the fewest that keep it; fewer if A is numerically of lower
/// rank: singular values under some 30 roundoffs of the largest are not resolved. Singular values are never larger than
/// A's own, up to roundoff.
///
/// Cost: one pass over A more than `find_range`: 2 + 2 q in all; otherwise as there. Source: algorithm 5.1 there.
CROQUIS_API RandomizedSvd<float> randomized_svd(const AnyMatrixView<float>& a, const LowRankOptions& options);
CROQUIS_API RandomizedSvd<double> randomized_svd(const AnyMatrixView<double>& a, const LowRankOptions& options);

/// X = V_k diag(s_k)^-1 U_k^T B, the truncated least-squares solution: among the combinations of the first k right
/// singular vectors, the one that minimises ||A x - b||. With the columns of A centred, principal-component regression.
///
/// | argument | shape | |
/// |---|---|---|
/// | svd | U: m x k', V: n x k' | from `randomized_svd` or any other solver |
/// | B | m x c | either layout |
/// | k | 0 to k' | components to use |
/// | result | n x c | column-major |
///
/// Cost: 2 (m + n) k c flops; does not read A. Throws `ShapeError` if the shapes do not fit, `InvalidOption` for
/// another k. Components with a singular value of zero are skipped.
CROQUIS_API Matrix<float> truncated_least_squares(const RandomizedSvd<float>& svd, MatrixView<const float> b,
                                                  std::int64_t k);
CROQUIS_API Matrix<double> truncated_least_squares(const RandomizedSvd<double>& svd, MatrixView<const double> b,
                                                   std::int64_t k);

/// The same for one right-hand side.
inline Matrix<float> truncated_least_squares(const RandomizedSvd<float>& svd, std::span<const float> b,
                                             std::int64_t k) {
  return truncated_least_squares(svd, column_major(b.data(), std::ssize(b), 1), k);
}
inline Matrix<double> truncated_least_squares(const RandomizedSvd<double>& svd, std::span<const double> b,
                                              std::int64_t k) {
  return truncated_least_squares(svd, column_major(b.data(), std::ssize(b), 1), k);
}

}  // namespace croquis
