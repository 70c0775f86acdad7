// What a solve reports.
#pragma once

#include <cstdint>
#include <optional>

#include <croquis/solvers/nonlinear_least_squares.hpp>

#include "solvers/least_squares_problem.hpp"
#include "solvers/nonlinear/modeller.hpp"
#include "solvers/nonlinear/outcome.hpp"

namespace croquis {

/// Numbers the iterations of a solve, shows them to its callback, and makes the report in the end: in the user's units.
class SolveLog {
 public:
  /// All must outlive it.
  SolveLog(const NonlinearOptions& options, const ResidualFunction& residual, const Modeller& modeller)
      : options_(options), residual_(residual), modeller_(modeller) {}

  void begin(double cost) { report_.initial_cost = cost; }
  double initial_cost() const { return report_.initial_cost; }  ///< in the units of models, as that of `begin`
  std::int64_t iterations() const { return report_.iterations; }

  /// After an iteration, `best` the best point so far. Whether the callback cancels the solve.
  std::optional<Outcome> record(NonlinearIteration iteration, const ResidualPoint& best);

  /// At the last point, with its model if that is known. Once.
  NonlinearFit finish(const Outcome& outcome, ResidualPoint point, const std::optional<Linearization>& linear);

 private:
  const NonlinearOptions& options_;
  const ResidualFunction& residual_;
  const Modeller& modeller_;
  Stopwatch clock_;
  NonlinearReport report_;
};

}  // namespace croquis
