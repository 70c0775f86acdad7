#include "tools/output.hpp"

#include <cstdio>

#include <croquis/errors.hpp>

namespace croquis::tools {

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw FileError("standard output: cannot be written");
}

void print_error(const std::string& message) { std::fprintf(stderr, "croquis: %s\n", message.c_str()); }

}  // namespace croquis::tools
