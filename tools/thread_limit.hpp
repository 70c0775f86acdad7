// The number of threads, for croquis's tiles and for BLAS alike.
#pragma once

#include <functional>

#include "tools/exit_code.hpp"

namespace croquis::tools {

/// Returns what `body` does on `threads` threads, or on all if that is 0. Throws `InvalidOption` if this build cannot
/// limit them.
ExitCode run_on_threads(int threads, const std::function<ExitCode()>& body);

}  // namespace croquis::tools
