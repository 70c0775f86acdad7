// What residuals cost: weights and robust losses.
#pragma once

#include <span>
#include <vector>

#include <croquis/solvers/nonlinear_problem.hpp>

namespace croquis {

/// The cost of residuals r, and the least-squares problem that has the same gradient: rows of r and J times
/// `row_scale`. Both of `scale` times the residuals, in units of which the loss's scale is as much larger.
///
/// For u = sqrt(w) r and rho as in `LossFunction`, the rows count with rho'(u^2 / scale^2) w: iteratively reweighted
/// least squares. Since rho is concave, the quadratic with these weights lies above the cost wherever u goes, so its
/// steps are never too long for want of curvature in rho. Source: Holland and Welsch, Communications in Statistics,
/// 1977.
struct Criterion {
  double norm = 0;  ///< of what r is to the loss: the cost is 1/2 (scale norm)^2. No square overflows in it
  double cost = 0;  ///< NaN or infinite where r is
  std::vector<double> row_scale;  ///< empty: all one
};

Criterion criterion_of(const NonlinearProblem& problem, std::span<const double> r, double scale = 1);

}  // namespace croquis
