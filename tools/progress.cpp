#include "tools/progress.hpp"

#include <cstdio>

#include <unistd.h>

namespace croquis::tools {

ProgressLine::ProgressLine(LeastSquaresOptions& options, bool wanted) {
  if (!wanted || isatty(STDERR_FILENO) == 0) return;
  options.on_iteration = [this](const LeastSquaresProgress& progress) {
    char text[120];
    std::snprintf(text, sizeof text, "iteration %lld, %lld passes, backward error %.1e",
                  static_cast<long long>(progress.iteration), static_cast<long long>(progress.passes),
                  progress.backward_error);
    show(progress.seconds, text);
    return true;
  };
}

ProgressLine::ProgressLine(SketchProfileOptions& options, bool wanted) {
  if (!wanted || isatty(STDERR_FILENO) == 0) return;
  options.on_step = [this](const SketchProfileProgress& progress) {
    show(progress.seconds,
         std::to_string(progress.done) + " of " + std::to_string(progress.total) + ": " + progress.doing);
    return true;
  };
}

void ProgressLine::show(double seconds, const std::string& text) {
  // Ten lines a second are as many as anybody reads.
  if (shown_at_ >= 0 && seconds - shown_at_ <= 0.1) return;
  shown_at_ = seconds;
  std::fprintf(stderr, "\r%s, %.1f s \x1b[K", text.c_str(), seconds);
  std::fflush(stderr);
}

ProgressLine::~ProgressLine() {
  if (shown_at_ >= 0) std::fputs("\r\x1b[K", stderr);
}

}  // namespace croquis::tools
