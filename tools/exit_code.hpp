// What the command's exit status says.
#pragma once

#include <exception>

namespace croquis::tools {

enum ExitCode : int {
  exit_solved = 0,      ///< solved, also when the matrix is rank deficient (which is said)
  exit_usage = 1,       ///< wrong usage or option, shapes that no least-squares problem has
  exit_file = 2,        ///< a file that cannot be read or written, is malformed or of the wrong shape
  exit_not_solved = 3,  ///< the data hold NaN or infinity, no convergence, out of memory
};

/// The same for `--help`.
inline constexpr char exit_code_help[] =
    "Exit status:\n"
    "  0  solved (also if the matrix is rank deficient, which is said)\n"
    "  1  wrong usage or option, or fewer rows than columns\n"
    "  2  a file cannot be read or written, is malformed or of the wrong shape\n"
    "  3  not solved: NaN or infinity in the data, no convergence, out of memory\n";

/// The exit status for an exception that ended the command.
ExitCode exit_code_for(const std::exception& error);

}  // namespace croquis::tools
