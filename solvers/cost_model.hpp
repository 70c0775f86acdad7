// What a dense or sparse least-squares solve costs, by method, sketch and size.
#pragma once

#include <cstdint>

#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/sketch/any_sketch.hpp>

#include "solvers/gram_precision.hpp"

namespace croquis {

/// Shape of a least-squares problem, as far as its cost goes.
struct ProblemShape {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t stored_entries = 0;
  std::int64_t vectors = 1;
  double condition =
      1;  ///< of A with its columns scaled; where it is not known, one, with which iterations are slowest
  bool fixed_point = false;  ///< whether products with a copy of A in fixed point are to be had
};

/// The cost of a solve by phase. The unit is the time of a flop of the kernels behind the Gram matrix
/// (`seconds_per_flop`): what matters is which method is less, and the ratios of the speeds of memory, panels and these
/// kernels, all of them ours, are alike on the machines of a generation. Multiplied phase by phase by seconds per unit,
/// measured on a matrix at hand, it becomes a closer prediction.
struct SolveCost {
  double sketch = 0;   ///< S A
  double factor = 0;   ///< QR of S A, or of A
  double iterate = 0;  ///< passes over A
  double total() const { return sketch + factor + iterate; }
};

/// By Householder QR of A.
SolveCost direct_cost(const ProblemShape& shape);

/// One application of S to A.
double sketch_cost(const ProblemShape& shape, const AnySketch& sketch);
/// QR of a sketch with this many rows.
double factor_cost(const ProblemShape& shape, std::int64_t sketch_rows);
/// One iteration of preconditioned conjugate gradients: a pass over A and two triangular solves.
double pass_cost(const ProblemShape& shape);
/// The factor of a shifted matrix with which backward errors are estimated, and the iterations that a solve needs more
/// where upper bounds of them have to do.
double shifted_factor_cost(std::int64_t cols);
double upper_bound_cost(const ProblemShape& shape);

/// Passes over A that a full-accuracy solve takes when S A preconditions A to this condition number; `gives_up` says
/// that the solver will find the iteration too slow and reject the sketch. The larger the condition number of A itself,
/// the larger the part of the residual that is within the backward error's tolerance from the start.
struct ExpectedPasses {
  double passes = 0;
  bool gives_up = false;
};
ExpectedPasses expected_passes(const ProblemShape& shape, double preconditioned_condition);
/// Whether that many passes are better made over a copy of A in fixed point: A is large, what it is off by leaves an
/// iteration something to gain at this condition number, and what making it takes is won back.
bool fixed_point_pays(const ProblemShape& shape, const ExpectedPasses& expected);

/// By sketch and precondition. A sketch that the solver gives up costs a second one and a direct solve.
SolveCost sketch_and_precondition_cost(const ProblemShape& shape, const AnySketch& sketch,
                                       double preconditioned_condition);

/// By the solution of the sketched problem, with its residual measured.
SolveCost sketch_and_solve_cost(const ProblemShape& shape, const AnySketch& sketch);

/// Of the CountSketch that `probe_condition` looks at: twice the columns, for many of them half as many more, and some.
std::int64_t probe_sketch_rows(std::int64_t cols);

/// By the Cholesky factor of the Gram matrix, for columns scaled to a matrix of this condition number.
SolveCost gram_and_precondition_cost(const ProblemShape& shape, GramPrecision precision, double condition);
/// By sketch-preconditioned Cholesky QR with this sketch.
SolveCost cholesky_qr_cost(const ProblemShape& shape, const AnySketch& sketch);
/// A first look at the condition number: a CountSketch of so many rows and the Gram matrix of it.
double probe_cost(const ProblemShape& shape);

/// The number of rows of a sparse-sign sketch that minimises the cost of a solve, on a matrix as kind as a random one.
std::int64_t cheapest_sketch_rows(const ProblemShape& shape);

}  // namespace croquis
