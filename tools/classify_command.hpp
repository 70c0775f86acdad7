// `croquis classify`.
#pragma once

#include "tools/classify_options.hpp"
#include "tools/exit_code.hpp"

namespace croquis::tools {

/// Throws `Error` for what the caller got wrong.
ExitCode run_classify(const ClassifyOptions& options);

}  // namespace croquis::tools
