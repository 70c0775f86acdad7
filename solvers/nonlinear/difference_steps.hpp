// How far differences of residuals reach.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <croquis/solvers/nonlinear_problem.hpp>

#include "solvers/nonlinear/extrapolation.hpp"

namespace croquis {

/// Of the magnitude of what is moved.
double relative_step(DifferenceScheme scheme);

/// Where to evaluate along a direction v: at x + t v for the first of these t (all of them where the scheme
/// extrapolates), and at x - t v if `central`.
struct DifferenceSteps {
  std::array<double, extrapolation_levels> t = {};  ///< zero where x cannot move along v
  bool central = false;
};

/// The steps along v, whose unknowns have the magnitude of `typical_x`, or else of |x_j|, and one where that is zero;
/// `growth` in [0, 1] leads from |x_j| to one, by powers. `part` shortens them all. Along a unit vector they are
/// rounded so that x moves by them exactly, are no shorter than a few roundoffs of x, and stay within bounds unless
/// central.
DifferenceSteps difference_steps(const NonlinearProblem& problem, DifferenceScheme scheme, std::span<const double> x,
                                 const double* v, double growth = 0, double part = 1);

}  // namespace croquis
