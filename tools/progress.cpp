#include "tools/progress.hpp"

#include <cstdio>

#include <unistd.h>

namespace croquis::tools {

ProgressLine::ProgressLine(LeastSquaresOptions& options, bool wanted) {
  if (!wanted || isatty(STDERR_FILENO) == 0) return;
  options.on_iteration = [this](const LeastSquaresProgress& progress) {
    // Ten lines a second are as many as anybody reads.
    if (shown_at_ < 0 || progress.seconds - shown_at_ > 0.1) show(progress);
    return true;
  };
}

void ProgressLine::show(const LeastSquaresProgress& progress) {
  shown_at_ = progress.seconds;
  std::fprintf(stderr, "\riteration %lld, %lld passes, backward error %.1e, %.1f s \x1b[K",
               static_cast<long long>(progress.iteration), static_cast<long long>(progress.passes),
               progress.backward_error, progress.seconds);
  std::fflush(stderr);
}

ProgressLine::~ProgressLine() {
  if (shown_at_ >= 0) std::fputs("\r\x1b[K", stderr);
}

}  // namespace croquis::tools
