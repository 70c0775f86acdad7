// The command's output for people.
#pragma once

#include <optional>
#include <string>

#include <croquis/solvers/least_squares.hpp>

#include "tools/compare.hpp"
#include "tools/problem_summary.hpp"
#include "tools/solve_options.hpp"

namespace croquis::tools {

/// The summary of a solve: one "name  value" a line. Without an output file a short x is part of it.
std::string text_report(const SolveOptions& options, const ProblemSummary& problem, const LeastSquaresFit<double>& fit,
                        const std::optional<Comparison>& comparison);

}  // namespace croquis::tools
