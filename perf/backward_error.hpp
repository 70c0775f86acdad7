// The backward error of least-squares solutions, by one measure for every solver.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <croquis/linalg/matrix.hpp>

namespace croquis::perf {

/// The Karlson-Walden estimate, as reported by `least_squares`, but from A itself instead of a sketch of it: with the
/// columns of A scaled to unit norm (and x with them), theta = ||A||_F / ||b||, r = b - A x and
/// c = theta ||r|| / sqrt(1 + theta^2 ||x||^2),
///     theta / sqrt(1 + theta^2 ||x||^2) * ||(A^T A + c^2 I)^(-1/2) A^T r|| / ||A||_F:
/// within a factor sqrt(2), the smallest relative change of A and b for which x is the exact solution.
///
/// r and A^T r are accumulated in long double, or their own rounding would hide what is measured. Keeps a copy of A;
/// costs one QR of A when made and O(m n + n^3) per solution.
class BackwardErrorMeasure {
 public:
  explicit BackwardErrorMeasure(MatrixView<const double> a);

  /// The largest backward error over the columns of X (n x k) as solutions for those of B (m x k).
  double worst(MatrixView<const double> x, MatrixView<const double> b) const;

 private:
  double of(std::span<const double> x, std::span<const double> b) const;

  Matrix<double> a_;                  // column-major, columns scaled
  Matrix<double> r_factor_;           // R of its QR
  std::vector<double> column_norms_;  // of A as given; 1 for a zero column
  double frobenius_norm_ = 0;         // of a_
};

}  // namespace croquis::perf
