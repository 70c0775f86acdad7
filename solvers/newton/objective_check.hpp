// Whether an objective is well formed.
#pragma once

#include <span>

#include <croquis/solvers/objective.hpp>

namespace croquis {

/// Throws `InvalidOption` for an objective without value or gradient, `ShapeError` for an x of another size.
void check_objective(const Objective& objective, std::span<const double> x);

/// The root of H(x). Throws `ShapeError` if it has another number of columns than there are unknowns, or d another
/// number of entries than A has rows.
HessianRoot checked_root(const Objective& objective, std::span<const double> x);

}  // namespace croquis
