// What the command's exit status says.
#pragma once

#include <exception>
#include <string>

namespace croquis::tools {

enum ExitCode : int {
  exit_solved = 0,      ///< done; solved, also when the matrix is rank deficient (which is said)
  exit_usage = 1,       ///< wrong usage or option, shapes that the command cannot work on
  exit_file = 2,        ///< a file that cannot be read or written, is malformed or of the wrong shape
  exit_not_solved = 3,  ///< the data hold NaN or infinity, no convergence, out of memory
};

/// The same for `--help`.
inline constexpr char exit_code_help[] =
    "Exit status:\n"
    "  0  done or solved (also if the matrix is rank deficient, which is said)\n"
    "  1  wrong usage or option, or fewer rows than columns where that is an error\n"
    "  2  a file cannot be read or written, is malformed or of the wrong shape\n"
    "  3  not solved or done: NaN or infinity in the data, no convergence, out of memory\n";

/// The exit status for an exception that ended the command.
ExitCode exit_code_for(const std::exception& error);

/// That of a command that ran to its end; prints `message` as an error unless it solved what it was to solve.
ExitCode outcome(bool solved, const std::string& message);

}  // namespace croquis::tools
