// Conjugate gradients on H s = -g, as far as a Newton step needs.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "solvers/newton/newton_problem.hpp"

namespace croquis {

/// When the equations are solved well enough: residuals in the norm of M^-1 below `relative` times the first one; or
/// below both absolute bounds.
struct InnerTolerance {
  double relative = 0.1;
  double residual_norm = 0;        ///< of the two-norm of the residual
  double preconditioned_norm = 0;  ///< of the square root of r^T M^-1 r
  std::int64_t product_limit = 1000;
  /// Products beyond one for each halving of the residual, after which a solve is given up.
  double patience = std::numeric_limits<double>::infinity();
};

struct InnerSolution {
  std::vector<double> step;
  std::int64_t products = 0;
  double reduction = 1;               ///< of the residual in the norm of M^-1
  bool is_newton = true;              ///< false: a direction of descent alone, along which there is no curvature
  bool gave_up = false;               ///< out of patience
  double excess = 0;                  ///< the products that went beyond one for each halving
  std::vector<double> residual = {};  ///< -g - H s
};

/// hv = H v.
using HessianProduct = std::function<void(const double* v, double* hv)>;

/// From s = 0. `z` is M^-1 g. Stops before the first direction without positive curvature; if that is the very first, s
/// is -z. One product with H and one solve with M per iteration. Source: Hestenes and Stiefel 1952; Nocedal and Wright,
/// algorithm 7.1.
InnerSolution solve_newton_equations(const HessianProduct& product, const Preconditioner* preconditioner,
                                     const std::vector<double>& g, const std::vector<double>& z,
                                     const InnerTolerance& tolerance);

/// The sum of x_i y_i.
double inner_product(const std::vector<double>& x, const std::vector<double>& y);
/// The two-norm; squares do not overflow.
double two_norm(const std::vector<double>& x);

}  // namespace croquis
