// The least-squares problem that the command's files and options describe.
#pragma once

#include <string>
#include <vector>

#include <croquis/linalg/read_matrix.hpp>

#include "tools/solve_options.hpp"

namespace croquis::tools {

struct Problem {
  MatrixFile a;
  Matrix<double> b;
  double read_seconds = 0;

  /// The name of coefficient `j`; empty if the file gave none.
  std::string coefficient(std::int64_t j) const;
};

/// Reads A and the right-hand sides. Throws `FileError` for a file that cannot be used, also one whose number of rows
/// does not fit, `InvalidOption` if there is no right-hand side or more than one, `ShapeError` if A has fewer rows than
/// columns.
Problem read_problem(const SolveOptions& options);

}  // namespace croquis::tools
