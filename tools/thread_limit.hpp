// The number of threads, for croquis's tiles and for BLAS alike.
#pragma once

#include <functional>

namespace croquis::tools {

/// Runs `body` on `threads` threads, or on all if that is 0. Throws `InvalidOption` if this build cannot limit them.
void run_on_threads(int threads, const std::function<void()>& body);

}  // namespace croquis::tools
