// What every column of J says of a point, without J in memory.
#pragma once

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
};

/// Of the least-squares problem at `point`, where the source is. n columns of J, 64 at a time.
JacobianSurvey survey_jacobian(JacobianSource& source, const NonlinearProblem& problem, const ResidualPoint& point);

}  // namespace croquis
