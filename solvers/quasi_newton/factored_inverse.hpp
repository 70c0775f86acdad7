// An approximation of the inverse of a Hessian that is kept as a factor.
#pragma once

#include "solvers/quasi_newton/inverse_hessian.hpp"

namespace croquis {

/// The square L of B = L L^T, for directions that are themselves S = L V (AdaRBFGS). B is positive definite whatever
/// the roundings; and where it is near H^-1, S^T H S is near V^T V, so that no direction of low curvature is missed.
///
/// Memory: one n x n matrix. Cost of an update: 4 n^2 k flops. Source: Gower and Richtarik, arXiv 1602.01768; Gower,
/// Goldfarb and Richtarik, arXiv 1603.09649.
class FactoredInverse final : public InverseHessian {
 public:
  /// B = diag(d), all positive.
  explicit FactoredInverse(const std::vector<double>& diagonal);

  Directions multiply(MatrixView<const double> x) const override;
  Directions draw(const DrawnBlock& block) const override;
  void update(CurvatureBlock block) override;

  const Matrix<double>& factor() const { return l_; }

 private:
  Matrix<double> l_;
};

}  // namespace croquis
