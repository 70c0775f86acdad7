// Checks of single options; each throws an `InvalidOption` that names the option.
#pragma once

#include <cstdint>

namespace croquis {

/// Throws unless value >= least.
void check_at_least(const char* name, std::int64_t value, std::int64_t least);

/// Throws unless 0 <= value < 1.
void check_tolerance(const char* name, double value);

}  // namespace croquis
