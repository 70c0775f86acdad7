// The least-squares problem that the command's files and options describe.
#pragma once

#include <string>
#include <vector>

#include <croquis/linalg/read_matrix.hpp>

#include "tools/input_options.hpp"

namespace croquis::tools {

struct Problem {
  MatrixFile a;
  Matrix<double> b;  ///< without columns if there is no right-hand side
  double read_seconds = 0;

  /// The name of coefficient `j`; empty if the file gave none.
  std::string coefficient(std::int64_t j) const;
};

enum class RightHandSide { required, optional };

/// Reads A and the right-hand sides. Throws `FileError` for a file that cannot be used, also one whose number of rows
/// does not fit, `InvalidOption` if there is more than one right-hand side or none where it is required, `ShapeError`
/// if A has fewer rows than columns.
Problem read_problem(const InputOptions& options, RightHandSide right_hand_side);

/// A alone, of any shape.
MatrixFile read_a(const InputOptions& options);

}  // namespace croquis::tools
