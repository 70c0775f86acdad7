// `croquis spectrum`: the singular values of a matrix, or the eigenvalues of a symmetric one.
#pragma once

#include "tools/exit_code.hpp"
#include "tools/spectrum_options.hpp"

namespace croquis::tools {

ExitCode run_spectrum(const SpectrumOptions& options);

}  // namespace croquis::tools
