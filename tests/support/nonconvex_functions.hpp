// Classical functions that are not convex, with a point each from which only negative curvature leads on.
#pragma once

#include <string>
#include <vector>

#include <croquis/solvers/objective.hpp>

namespace croquis::test {

struct NonconvexFunction {
  std::string name = {};
  Objective objective = {};         ///< with `value_and_gradient`
  std::vector<double> saddle = {};  ///< a stationary point, to the digits given, with a negative eigenvalue
  double tolerance = 0;             ///< of the norm of its gradient
};

/// Ten of them, of 2 to 40 unknowns: of More, Garbow and Hillstrom (ACM TOMS 7 (1981)) Freudenstein and Roth's (2),
/// Wood's (14) and the trigonometric one (26); a chain of Rosenbrock's valleys, Himmelblau's, Styblinski and Tang's; a
/// double well along a line; eigenvectors as minimisers of a quartic; the factorization of a matrix; a network of one
/// hidden layer.
std::vector<NonconvexFunction> nonconvex_functions();

}  // namespace croquis::test
