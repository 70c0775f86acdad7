// The residuals at a point, and their linear model in a space of steps.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "solvers/nonlinear/box.hpp"
#include "solvers/nonlinear/damped_steps.hpp"
#include "solvers/nonlinear/jacobian_source.hpp"
#include "solvers/nonlinear/model_reducer.hpp"
#include "solvers/nonlinear/step_space.hpp"

namespace croquis {

/// x with r(x), what it costs, and the least-squares problem with the same gradient there.
struct ResidualPoint {
  std::vector<double> x;
  std::vector<double> r;          ///< as the problem gives it
  double cost = 0;                ///< in the unit of residuals; NaN or infinite where r is, or where it overflows
  std::vector<double> row_scale;  ///< of the least-squares problem's rows; empty: all one
  std::vector<double> scaled_r;   ///< r times `row_scale`; empty if that is

  const std::vector<double>& model_residual() const { return row_scale.empty() ? r : scaled_r; }
  /// Of the least-squares problem.
  double residual_norm() const;
};

ResidualPoint evaluate_at(ResidualFunction& residual, const NonlinearProblem& problem, std::vector<double> x);
/// The same, in the unit of residuals that suits this point, which is that of `residual` from now on.
ResidualPoint evaluate_first(ResidualFunction& residual, const NonlinearProblem& problem, std::vector<double> x);

/// The model of r(x + step), step in a space. J stands for J V in a subspace.
struct Linearization {
  StepSpace space;
  ReducedModel model;
  std::vector<double> scale;       ///< D
  std::vector<std::int64_t> free;  ///< the columns of J that steps are sought in: not those held at bounds
  DampedSteps steps;               ///< in the free columns
  std::vector<double> gradient;    ///< J^T r, zero for columns that are not free
  double orthogonality = 0;        ///< largest |J_j^T r| / (||J_j|| ||r||), j free; 0 where r is zero

  /// The step in x that z makes.
  std::vector<double> step_in_x(const std::vector<double>& z) const;
  /// The norm of x that step norms compare with: ||D x||, or in a subspace that of x in the units of the unknowns.
  double scaled_norm(std::span<const double> x) const;
  /// How far r can move when x is rounded, over the roundoff: ||D x|| without the unknowns whose columns are zero,
  /// which move nothing; or in a subspace that norm times the largest ||J_j||.
  double rounding_reach(std::span<const double> x) const;
  /// ||J^T r||; in a subspace sqrt(n / p) ||V^T J^T r||, the square of which has the right mean where V is random and
  /// all units are one.
  double gradient_norm() const;
  /// The least ||J_j|| > 0 of free columns; infinite if there is none.
  double least_column_norm() const;
  /// ||D^-1 J^T r|| with another D.
  double gradient_in(const std::vector<double>& other_scale) const;
};

/// The model at `point` in `space`, of J there, or J V, reduced with the rows scaled as those of the point. Nothing for
/// nothing, or if it is not finite.
///
/// Among all unknowns D_j is the norm of J's column or, if that is larger, the D_j of the model before (empty for
/// none): so a column that vanishes does not free its unknown. 1 where both are zero. In a subspace D = I.
std::optional<Linearization> linearize(std::optional<ReducedModel> model, const ResidualPoint& point, StepSpace space,
                                       const Box& box, const std::vector<double>& scale_before);

}  // namespace croquis
