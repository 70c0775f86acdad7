// What every column of J says of a point, without J in memory.
#pragma once

#include <span>
#include <vector>

#include "solvers/nonlinear/jacobian_source.hpp"
#include "solvers/nonlinear/linearization.hpp"

namespace croquis {

struct JacobianSurvey {
  std::vector<double> column_norms;  ///< ||J_j||
  std::vector<double> gradient;      ///< J_j^T r

  bool finite() const;
  /// Of a step in one unknown alone, by the model: max (J_j^T r)^2 / (2 ||J_j||^2).
  double most_promising() const;
  /// ||diag(||J_j||) x||: how far r can move when x is rounded, over the roundoff.
  double reach(std::span<const double> x) const;
  /// Norms that were seen elsewhere, where they are larger.
  void raise_norms(std::span<const double> norms);
  /// 1 / ||J_j||, in which unknowns act alike. An unknown that r does not depend on counts by its size: however large,
  /// the others must not seem lost in rounding errors next to it.
  std::vector<double> units(std::span<const double> x) const;
  /// Steepest in such units: -units_j^2 J_j^T r.
  std::vector<double> descent(std::span<const double> units) const;
};

/// Of the least-squares problem at `point`, where the source is. n columns of J, 64 at a time.
JacobianSurvey survey_jacobian(JacobianSource& source, const NonlinearProblem& problem, const ResidualPoint& point);

}  // namespace croquis
