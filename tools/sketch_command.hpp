// `croquis sketch`.
#pragma once

#include "tools/exit_code.hpp"
#include "tools/sketch_options.hpp"

namespace croquis::tools {

/// Reads A, writes S A and reports. Throws what the library throws; then nothing has been written.
ExitCode run_sketch(const SketchOptions& options);

}  // namespace croquis::tools
