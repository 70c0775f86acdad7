// Whether the options of `minimize_in_subspaces` are in their ranges.
#pragma once

#include <croquis/solvers/subspace_newton.hpp>

namespace croquis {

/// Throws `InvalidOption` naming the option.
void check_subspace_newton_options(const SubspaceNewtonOptions& options);

}  // namespace croquis
