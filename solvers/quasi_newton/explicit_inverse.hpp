// An approximation of the inverse of a Hessian that is kept as a matrix.
#pragma once

#include "solvers/quasi_newton/inverse_hessian.hpp"

namespace croquis {

/// B itself, for directions of any kind. Symmetric to the last bit. Rounding moves its eigenvalues by a few u ||B||, so
/// it stays positive definite while its condition number is far from 1 / u; `FactoredInverse` does at any.
///
/// Memory: one n x n matrix. Cost of an update: 6 n^2 k flops.
class ExplicitInverse final : public InverseHessian {
 public:
  /// B = diag(d).
  explicit ExplicitInverse(const std::vector<double>& diagonal);

  Directions multiply(MatrixView<const double> x) const override;
  Directions draw(const DrawnBlock& block) const override;
  void update(CurvatureBlock block) override;

  const Matrix<double>& matrix() const { return b_; }

 private:
  Matrix<double> b_;
};

}  // namespace croquis
