#include "tools/exit_code.hpp"

#include <croquis/errors.hpp>

namespace croquis::tools {

ExitCode exit_code_for(const std::exception& error) {
  if (dynamic_cast<const FileError*>(&error) != nullptr) return exit_file;
  if (dynamic_cast<const Error*>(&error) != nullptr) return exit_usage;
  return exit_not_solved;
}

}  // namespace croquis::tools
