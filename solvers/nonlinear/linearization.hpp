// The residuals at a point, and their linear model in a space of steps.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "solvers/nonlinear/damped_steps.hpp"
#include "solvers/nonlinear/jacobian_source.hpp"
#include "solvers/nonlinear/model_reducer.hpp"

namespace croquis {

/// x with r(x) and the cost 1/2 ||r||^2; NaN or infinite where r is, or where the cost overflows.
struct ResidualPoint {
  std::vector<double> x;
  std::vector<double> r;
  double cost = 0;

  double residual_norm() const;
};

ResidualPoint evaluate_at(ResidualFunction& residual, std::vector<double> x, std::int64_t residuals);

/// The model of r(x + step) in all unknowns.
struct Linearization {
  ReducedModel model;
  DampedSteps steps;
  std::vector<double> gradient;  ///< J^T r
  double orthogonality = 0;      ///< largest |J_j^T r| / (||J_j|| ||r||); 0 where r is zero

  /// The step in x that z makes.
  std::vector<double> step_in_x(const std::vector<double>& z) const;
  /// ||D x||
  double scaled_norm(std::span<const double> x) const;
  double gradient_norm() const;
  /// ||D^-1 J^T r|| with another D.
  double gradient_in(const std::vector<double>& scale) const;
};

/// The model at `point`. D_j is the norm of J's column or, if that is larger, the D_j of the model before (empty for
/// none): so a column that vanishes does not free its unknown. 1 where both are zero. Nothing if J is not finite.
std::optional<Linearization> linearize(JacobianSource& source, ModelReducer& reducer, const ResidualPoint& point,
                                       const std::vector<double>& scale_before);

}  // namespace croquis
