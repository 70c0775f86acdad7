// What is called zero: by the tolerances, and by rounding errors.
#pragma once

#include <optional>

#include "solvers/nonlinear/linearization.hpp"
#include "solvers/nonlinear/outcome.hpp"
#include "solvers/nonlinear/residual_unit.hpp"

namespace croquis {

/// A part of the cost that is not worth a step.
constexpr double negligible_part = 1e-8;

/// How much the cost of a point changes as x alone is rounded, which r reaches so many roundoffs of.
double cost_noise(const ResidualPoint& point, double reach);

/// Whether a decrease that J^T r promises is one of rounding errors, which are not known to better than a factor of
/// 100, or a negligible part of the cost. Where it is more, short steps fail for want of a right J.
bool is_nothing(double promised, double noise, const ResidualPoint& point);

/// Whether the gradient promises no more than nothing to a step along it (in a subspace: along one direction) that is
/// not held back. Scaled by D, since a column that vanishes at the minimum need not be orthogonal to r.
bool promises_nothing(const Linearization& linear, const ResidualPoint& point, double noise);

/// Whether a step is far shorter than the model wants it.
bool is_held_back(const DampedStep& step, const Linearization& linear);

/// Whether the model itself, and not the trust in it, wants no step longer than `tolerance` of x.
bool wants_short_step(const Linearization& linear, const ResidualPoint& point, double tolerance);

/// Where the residual is zero, or orthogonal to J's columns, as the options ask for it. `linear` is null if not known.
std::optional<Outcome> reached_tolerance(const ResidualPoint& point, const Linearization* linear, double initial_cost,
                                         const ResidualUnit& unit, const NonlinearOptions& options);

}  // namespace croquis
