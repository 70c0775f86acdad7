// Where residuals are to be evaluated so that a set of points spans a space.
#pragma once

#include <cstdint>
#include <vector>

#include "solvers/derivative_free/interpolation_set.hpp"

namespace croquis {

/// `count` points around `base`, in directions orthogonal to those of a set and to each other, `spacing` away in scaled
/// unknowns; fewer where no more fit.
///
/// Directions are random, or (`along_axes`) the unknowns' own; each points to where `gradient` (scaled, or empty for
/// unknown) falls. Bounds may cut a direction short; then the other side is taken if that has more room, or else the
/// unknown that leads farthest out of the span so far. Directions [first_draw, first_draw + count) of `seed`.
std::vector<InterpolationPoint> points_around(const std::vector<double>& base, const OrthogonalBasis& basis,
                                              const ScaledUnknowns& unknowns, const std::vector<double>& gradient,
                                              double spacing, std::int64_t count, bool along_axes, std::uint64_t seed,
                                              std::int64_t first_draw);

}  // namespace croquis
