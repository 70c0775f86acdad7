// Standard output and standard error.
#pragma once

#include <string>

namespace croquis::tools {

/// Writes `text` to stdout; throws `FileError` if that fails, so that a full disk does not look like success.
void print(const std::string& text);

/// Writes "croquis: message" to stderr.
void print_error(const std::string& message);

}  // namespace croquis::tools
