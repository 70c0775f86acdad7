// The options that the randomized updates of inverses share.
#pragma once

#include <croquis/solvers/randomized_bfgs.hpp>

namespace croquis {

/// Throws `InvalidOption` for options out of range.
void check_randomized_bfgs_options(const RandomizedBfgsOptions& options, std::int64_t unknowns);

/// ceil(sqrt(n)).
std::int64_t rounded_root(std::int64_t n);

}  // namespace croquis
