// How the radius and the number of dimensions follow what steps achieve.
#pragma once

#include <cstdint>

#include <croquis/solvers/derivative_free_least_squares.hpp>

namespace croquis {

/// A step failed whose ratio of the actual to the predicted decrease of the cost is below.
inline constexpr double poor_ratio = 0.1;

/// After a step of the given ratio and length, as the trust region measures it; a NaN is a failure.
void adapt_radius(DerivativeFreeState& state, double ratio, double norm);

/// After a step in a subspace of so many unknowns, before which the cost was higher: widens it where p steps have not
/// halved the cost.
void watch_progress(DerivativeFreeState& state, double cost_before, std::int64_t unknowns);

/// Doubles the dimensions.
void widen_space(DerivativeFreeState& state, std::int64_t unknowns);

}  // namespace croquis
