// The least-squares problem that the command's files and options describe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <croquis/linalg/read_matrix.hpp>

#include "tools/input_options.hpp"
#include "tools/problem_summary.hpp"
#include "tools/solve_options.hpp"

namespace croquis::tools {

struct Problem {
  MatrixFile a;
  Matrix<double> b;             ///< without columns if there is no right-hand side
  std::vector<double> weights;  ///< of the rows; empty if there are none
  Matrix<double> c, d;          ///< constraints C x = d; without rows if there are none
  double read_seconds = 0;

  ProblemSummary summary() const;
};

enum class RightHandSide { required, optional };

/// Reads A and the right-hand sides. Throws `FileError` for a file that cannot be used, also one whose number of rows
/// does not fit, `InvalidOption` if there is more than one right-hand side or none where it is required, `ShapeError`
/// if A has fewer rows than columns.
Problem read_problem(const InputOptions& options, RightHandSide right_hand_side);

/// The same with what `solve` adds: weights, constraints, and a matrix of any shape where a penalty or the least norm
/// was asked for.
Problem read_problem(const SolveOptions& options);

/// The same for a model of any number of columns: A of any shape and without an intercept, a right-hand side, and the
/// weights that `weights` names if that is given.
Problem read_columns(const InputOptions& options, const std::optional<std::string>& weights);

/// Throws `InvalidOption` if there is more than one right-hand side, or two files in one place.
void check_right_hand_side(const InputOptions& options);
/// Throws the `InvalidOption` that says that there is none.
[[noreturn]] void fail_without_right_hand_side();

/// A alone, of any shape.
MatrixFile read_a(const InputOptions& options);

}  // namespace croquis::tools
