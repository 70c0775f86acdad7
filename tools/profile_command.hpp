// `croquis profile`.
#pragma once

#include "tools/exit_code.hpp"
#include "tools/profile_options.hpp"

namespace croquis::tools {

/// Reads, measures, writes and reports. Throws what the library throws; then nothing has been written.
ExitCode run_profile(const ProfileOptions& options);

}  // namespace croquis::tools
