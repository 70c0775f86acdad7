// The command's output for programs.
#pragma once

#include <optional>
#include <string>

#include <croquis/solvers/least_squares.hpp>

#include "tools/compare.hpp"
#include "tools/problem.hpp"

namespace croquis::tools {

/// The object that `croquis solve --json` prints: one line without a line end. Numbers that are not finite are null;
/// for one right-hand side the norms and errors are numbers, for several they are arrays.
std::string json_report(const Problem& problem, const LeastSquaresReport& report,
                        const std::optional<Comparison>& comparison);

/// The object that takes its place when there is no report: {"status": "error", "message": ...}.
std::string json_error(const std::string& message);

}  // namespace croquis::tools
