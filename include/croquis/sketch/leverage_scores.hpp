// Leverage scores: how much each row of a matrix matters to its range.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// Options of `leverage_scores`.
struct LeverageScoreOptions {
  /// Random directions that the lengths are estimated from: the relative error of a score has a standard deviation of
  /// about sqrt(2 / projections), besides the distortion of the sketch. 0: all scores, to rounding errors.
  std::int64_t projections = 32;
  /// Singular values (diagonal entries of a pivoted R) below rcond times the largest count as zero, after the columns
  /// are scaled to norms near one. 0: 30 units of roundoff, or 2 sqrt(n) of them if that is more.
  double rcond = 0;
  std::uint64_t seed = 0;
};

/// The leverage scores l_i = ||Q(i, :)||^2 of A (m x n, m >= n), Q an orthonormal basis of range(A): the diagonal of
/// the hat matrix A A^+. 0 <= l_i <= 1 and they add up to rank(A), for `projections` = 0 to rounding; the estimates do
/// in the mean. They do not change if A's columns are scaled or mixed.
///
/// Estimates: with S A = Q R from a sparse-sign sketch of 8 n rows (A itself if it has no more), l_i is close to
/// ||A(i, :) R^-1 G||^2, G Gaussian: two passes over A, 16 n^3 + 2 m n `projections` flops, and memory for 8 n^2 and
/// m `projections` entries; where `projections` is no less than the rank, G is left out. All scores: the rows of Q from
/// two rounds of QR, orthonormal to rounding at any condition number; 6 m n^2 flops and two dense copies of A.
///
/// The same for any number of threads. NaN or infinity in A, or entries so large that S A
/// overflows, make all scores NaN. Throws `ShapeError` if m < n or A is
/// not well formed, and `InvalidOption`.
/// Source: Drineas, Magdon-Ismail, Mahoney and Woodruff, JMLR 2012 (arXiv 1109.3843).
CROQUIS_API std::vector<double> leverage_scores(const AnyMatrixView<double>& a,
                                                const LeverageScoreOptions& options = {});

}  // namespace croquis
