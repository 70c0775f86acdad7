// The command's output for programs.
#pragma once

#include <optional>
#include <string>

#include <croquis/solvers/least_squares.hpp>
#include <croquis/solvers/sketch_profile.hpp>

#include "tools/compare.hpp"
#include "tools/fitted_model.hpp"
#include "tools/problem_summary.hpp"
#include "tools/solve_options.hpp"

namespace croquis::tools {

/// The object that `croquis solve --json` prints: one line without a line end. Numbers that are not finite are null;
/// for one right-hand side the norms and errors are numbers, for several they are arrays.
std::string json_report(const SolveOptions& options, const ProblemSummary& problem, const LeastSquaresReport& report,
                        const std::optional<Comparison>& comparison);

/// The object that `croquis fit --json` prints. What is not available is null.
std::string json_report(const FittedModel& fitted);

/// What `croquis sketch` did.
struct SketchReport {
  AnySketch sketch;
  std::string output;
  std::int64_t cols = 0;                                      ///< of A and of S A
  bool dense = false;                                         ///< A is
  std::optional<std::int64_t> stored_entries = std::nullopt;  ///< of S A, if it is written as a sparse matrix
  double read_seconds = 0;
  double sketch_seconds = 0;
  double write_seconds = 0;
};
std::string json_report(const SketchReport& report);

/// The object that `croquis profile --json` prints.
std::string json_report(const SketchProfile& profile, double read_seconds);

/// The object that takes the place of a report when there is none: {"status": "error", "message": ...}.
std::string json_error(const std::string& message);

}  // namespace croquis::tools
