// `croquis solve`.
#pragma once

#include "tools/exit_code.hpp"
#include "tools/solve_options.hpp"

namespace croquis::tools {

/// Reads, solves, writes and reports. Throws what the library throws; then nothing has been written.
ExitCode run_solve(const SolveOptions& options);

}  // namespace croquis::tools
