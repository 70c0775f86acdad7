// Derivatives of residuals along directions, by differences.
#pragma once

#include <cstdint>
#include <span>

#include <croquis/linalg/matrix_view.hpp>

#include "solvers/nonlinear/residual_function.hpp"

namespace croquis {

/// How often a scheme evaluates residuals for each direction, at least.
std::int64_t evaluations_of(DifferenceScheme scheme);

/// JV := J(x) V by differences, V: n x k, JV: m x k, both column-major; r = r(x).
///
/// Along v the step is t = e s(v) / ||v||, with s(v)^2 the sum of the squared magnitudes of the unknowns that v moves
/// and e the square root (central: the cube root) of the unit roundoff; along a unit vector, e |x_j|. It is rounded so
/// that x + t v differs from x by t v exactly for a unit vector. A column of zeros has the derivative zero,
/// and so has an unknown that its bounds fix: forward differences stay within bounds.
/// Where a forward or central step is lost in the rounding of all residuals, or is a millionth of what magnitudes of
/// one would make it and lost in some, longer ones follow, up to magnitudes of one: three evaluations more (central:
/// six). Each residual takes its derivative from the shortest step that shows in it. Extrapolated differences take six
/// steps of which the first has e = 1/32, and each is a quarter of the one before; along a unit vector whose first step
/// would leave the bounds they go to the side with more room, no farther than to the bound. Cost: k evaluations
/// (central: 2 k, extrapolated: 12 k), a batch at a time where they run in parallel.
void difference_quotients(ResidualFunction& residual, const NonlinearProblem& problem, DifferenceScheme scheme,
                          std::span<const double> x, std::span<const double> r, MatrixView<const double> v,
                          MatrixView<double> jv);

}  // namespace croquis
