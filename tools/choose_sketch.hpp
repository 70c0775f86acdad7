// From the command's options to the library's.
#pragma once

#include <croquis/solvers/least_squares.hpp>

#include "tools/solve_options.hpp"

namespace croquis::tools {

/// The operator that options describe, for a matrix with this many rows. nonzeros = 0: the family's default. Throws
/// `InvalidOption` for options that do not go together or a size that the family cannot have.
AnySketch choose_sketch(const std::string& name, std::int64_t sketch_rows, std::int64_t nonzeros, std::uint64_t seed,
                        std::int64_t rows);

/// The solver's options for a rows x cols matrix. A family given without its number of rows gets 12 rows per column,
/// as Epperly, Meier and Nakatsukasa (arXiv 2406.03468) choose, but not more than the matrix has, and at least four
/// per column where the family allows it. Whoever asks for a sketch gets one: the automatic method is then
/// sketch-and-precondition. Throws `InvalidOption` for options that do not go together.
LeastSquaresOptions solver_options(const SolveOptions& options, std::int64_t rows, std::int64_t cols);

}  // namespace croquis::tools
