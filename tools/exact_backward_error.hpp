// One yardstick for every solver's answer.
#pragma once

#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis::tools {

/// The Karlson-Walden estimate of the backward error with the exact factor of A, as `least_squares` defines it: with
/// A D = Q R, D scaling the columns of A to unit norm, z = D^-1 x, r = b - A x, theta = ||R||_F / ||b|| and
/// mu = theta ||r|| / sqrt(1 + theta^2 ||z||^2),
///
///     eta = theta / sqrt(1 + theta^2 ||z||^2) * ||(R^T R + mu^2 I)^(-1/2) R^T Q^T r|| / ||R||_F.
///
/// The norm is that of Z^T Q^T r, where Z is the upper half of the orthonormal factor of [R; mu I]; so nothing is
/// squared, and a singular R does no harm.
class ExactBackwardError {
 public:
  /// Factors a scaled dense copy: 2 m n^2 flops, m n doubles. A's sizes must fit 32 bits.
  explicit ExactBackwardError(const AnyMatrixView<double>& a);

  /// eta for each column of x and b: m n + n^3 flops each.
  std::vector<double> estimate(MatrixView<const double> x, MatrixView<const double> b) const;

 private:
  double estimate_one(const double* x, const double* b) const;

  AnyMatrixView<double> a_;
  std::vector<double> column_norms_;  // 1 for a column of zeros
  Matrix<double> qr_;
  std::vector<double> tau_;
  double frobenius_norm_ = 0;
};

}  // namespace croquis::tools
