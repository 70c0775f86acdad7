#include "tools/exit_code.hpp"

#include <croquis/errors.hpp>

#include "tools/output.hpp"

namespace croquis::tools {

ExitCode exit_code_for(const std::exception& error) {
  if (dynamic_cast<const FileError*>(&error) != nullptr) return exit_file;
  if (dynamic_cast<const Error*>(&error) != nullptr) return exit_usage;
  return exit_not_solved;
}

ExitCode outcome(bool solved, const std::string& message) {
  if (solved) return exit_solved;
  print_error(message);
  return exit_not_solved;
}

}  // namespace croquis::tools
