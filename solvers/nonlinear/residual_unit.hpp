// Residuals of any size, in units in which their squares are numbers.
#pragma once

#include <croquis/solvers/nonlinear_least_squares.hpp>

namespace croquis {

/// A solve computes with `scale` times the residuals and the Jacobian that a user gives, a power of two: 1 unless
/// squares of the residuals at x0 come near the ends of what numbers can hold. Then no step differs from those of the
/// same residuals in other units, and only what is reported may overflow, or vanish.
class ResidualUnit {
 public:
  ResidualUnit() = default;
  /// For residuals whose cost at x0 is 1/2 norm^2: units in which that norm is near one if it is tiny, and 1e20 if it
  /// is huge, so that it can fall far.
  explicit ResidualUnit(double norm);

  double scale() const { return scale_; }
  /// Of a cost or of J^T r, to the user's units.
  double reported(double square) const { return square / scale_ / scale_; }
  /// What a radius or a regularization weight in the user's units is times in these. Among all unknowns their steps are
  /// measured by norms of J's columns, in a subspace by unknowns.
  double of_parameter(NonlinearGlobalization kind, bool is_subspace) const;

 private:
  double scale_ = 1;
};

}  // namespace croquis
