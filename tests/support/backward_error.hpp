// The true backward error of a least-squares solution.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <croquis/linalg/matrix.hpp>

#include "tests/support/extended.hpp"

namespace croquis::test {

/// Measures how far x is from solving min ||A x - b||, for one A and any number of (x, b).
///
/// The measure: with the columns of A scaled to unit norm (and x with them), eta is the smallest Frobenius norm of
/// [dA, theta db], theta = ||A||_F / ||b||, for which x minimises ||(A + dA) x - (b + db)||; the result is
/// eta / ||A||_F. Scaling the columns first makes it independent of the units of the unknowns.
///
/// By Walden, Karlson and Sun (Numer. Linear Algebra Appl. 1995; Higham, Accuracy and Stability, 2002, section 20.7),
/// eta^2 = min(phi^2, smallest eigenvalue of A A^T + phi^2 (I - r r^T / r^T r)) with
/// phi = theta ||r|| / sqrt(1 + theta^2 ||x||^2). With A = U Sigma V^T and h = V^T A^T r / ||r||, the secular equation
/// of that rank-one update becomes
///     s = phi^2 sum_i h_i^2 / (sigma_i^2 + phi^2 - s),    s = eta^2,
/// in which nothing cancels; its first iterate from s = 0 is the Karlson-Walden estimate. So it costs one QR of A, done
/// in long double, and then O(m n) for each (x, b), and resolves errors far below a roundoff of double.
template <class T>
class BackwardErrorMeasure {
 public:
  explicit BackwardErrorMeasure(MatrixView<const T> a);

  /// eta / ||A||_F.
  double exact(std::span<const T> x, std::span<const T> b) const;
  /// The Karlson-Walden estimate of the same, with the exact R: at most a factor sqrt(2) below.
  double karlson_walden(std::span<const T> x, std::span<const T> b) const;

  /// ||b - A x|| and ||A^T (b - A x)||, for A as given, not scaled.
  double residual_norm(std::span<const T> x, std::span<const T> b) const;
  double gradient_norm(std::span<const T> x, std::span<const T> b) const;

  /// Singular values of the column-scaled A, descending.
  const std::vector<double>& singular_values() const { return singular_values_; }
  /// Ratio of the largest to the smallest of them.
  double condition() const { return singular_values_.front() / singular_values_.back(); }

 private:
  struct SecularEquation;
  std::vector<long double> residual(std::span<const T> x, std::span<const T> b) const;
  SecularEquation secular_equation(std::span<const T> x, std::span<const T> b) const;
  std::vector<long double> transposed_product(const std::vector<long double>& r) const;

  ExtendedMatrix a_;                       // columns scaled to unit norm
  std::vector<long double> column_norms_;  // of A as given; 1 for a zero column
  RightSingularSystem svd_;                // of a_
  std::vector<double> singular_values_;    // the same, sorted
  long double frobenius_norm_ = 0;         // of a_
};

/// Decimal digits that `computed` shares with `reference` in its worst entry: min_i -log10(|c_i - r_i| / |r_i|), with
/// the absolute error where r_i = 0; at most 16.
double digits_of_agreement(std::span<const double> computed, std::span<const double> reference);

}  // namespace croquis::test
