// Derivatives of residuals along directions, by differences.
#pragma once

#include <cstdint>
#include <span>

#include <croquis/linalg/matrix_view.hpp>

#include "solvers/nonlinear/residual_function.hpp"

namespace croquis {

/// How often a scheme evaluates residuals for each direction, where no bound is near and no step has to be sought.
std::int64_t evaluations_of(DifferenceScheme scheme);

/// JV := J(x) V by differences, V: n x k, JV: m x k, both column-major; r = r(x).
///
/// Along v the step is t = e s(v) / ||v||, with s(v)^2 the sum of the squared magnitudes of the unknowns that v moves
/// and e the square root (central: the cube root) of the unit roundoff; along a unit vector, e |x_j|. It is rounded so
/// that x + t v differs from x by t v exactly for a unit vector. A column of zeros has the derivative zero,
/// and so has an unknown that its bounds fix: forward differences stay within bounds.
/// Extrapolated differences take six steps of which the first has e = 1/32, and each is a quarter of the one before;
/// along a unit vector whose first step would leave the bounds they go to the side with more room, no farther than to
/// the bound.
///
/// The change of the residuals that a step makes is looked at beside those residuals that it changes, as large as they
/// are at x or were where they were evaluated first. If a forward or central step changes them by less than e / 100 of
/// that, or is a millionth of what magnitudes of one would make it and lost in the rounding of some residual, three
/// longer ones follow, up to magnitudes of one. If it changes them by more than 1e4 e, or the second difference of a
/// central step is above 1e5 e^2, shorter ones do, by bisection of the exponent: down to 1e-5 of it, or from x = 0 as
/// far as need be, and one more that tells truncation from rounding. Extrapolations do alike by their own errors. See
/// `chosen_quotient` for which of them each residual takes. Source of the idea, for one function at a time: Gill,
/// Murray, Saunders and Wright, SIAM J. Sci. Stat. Comput. 4, 1983.
///
/// Cost: k evaluations (central: 2 k, extrapolated: 12 k), a batch at a time where they run in parallel; for a
/// direction whose step is sought 3 to 14 times as many, in turn.
void difference_quotients(ResidualFunction& residual, const NonlinearProblem& problem, DifferenceScheme scheme,
                          std::span<const double> x, std::span<const double> r, MatrixView<const double> v,
                          MatrixView<double> jv);

}  // namespace croquis
