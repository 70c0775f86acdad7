// `croquis solve --stream`: A is read in blocks of rows.
#pragma once

#include "tools/solve_options.hpp"
#include "tools/solved_problem.hpp"

namespace croquis::tools {

/// Throws `InvalidOption` for options that are not for streams, and otherwise what reading and solving throw, `Error`s
/// about A naming its file.
SolvedProblem solve_stream(const SolveOptions& options);

}  // namespace croquis::tools
