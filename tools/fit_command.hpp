// `croquis fit`.
#pragma once

#include "tools/exit_code.hpp"
#include "tools/fit_options.hpp"

namespace croquis::tools {

/// Reads, fits, writes and reports. Throws what the library throws; then nothing has been written.
ExitCode run_fit(const FitOptions& options);

}  // namespace croquis::tools
