// The options of `top_eigenpairs`.
#pragma once

#include <cstdint>

#include <croquis/solvers/eigenpairs.hpp>

namespace croquis {

/// Throws `InvalidOption`; n is the order of A and k the number of pairs.
void check_eigenpair_options(std::int64_t n, std::int64_t k, const EigenpairOptions& options);

/// `space`, or what it is by default.
std::int64_t vectors_in_memory(std::int64_t n, std::int64_t k, const EigenpairOptions& options);

}  // namespace croquis
