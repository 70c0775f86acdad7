#include "solvers/nonlinear/solve_log.hpp"

#include <limits>
#include <string>
#include <utility>

namespace croquis {
namespace {

// A column smaller than this has lost digits.
constexpr double least_exact = std::numeric_limits<double>::min() / std::numeric_limits<double>::epsilon();

}  // namespace

std::optional<Outcome> SolveLog::record(NonlinearIteration iteration, const ResidualPoint& best) {
  iteration.iteration = ++report_.iterations;
  const ResidualUnit& unit = residual_.unit();
  iteration.cost = unit.reported(best.cost);
  iteration.cost_change = unit.reported(iteration.cost_change);
  iteration.gradient_norm = unit.reported(iteration.gradient_norm);
  iteration.residual_evaluations = residual_.evaluations();
  iteration.jacobian_columns = modeller_.columns();
  iteration.seconds = clock_.seconds();
  report_.history.push_back(iteration);
  if (!options_.on_iteration) return std::nullopt;
  NonlinearProgress shown;
  static_cast<NonlinearIteration&>(shown) = iteration;
  shown.x = best.x;
  if (options_.on_iteration(shown)) return std::nullopt;
  return Outcome{Status::cancelled, "cancelled by the callback"};
}

NonlinearFit SolveLog::finish(const Outcome& outcome, ResidualPoint point, const std::optional<Linearization>& linear) {
  NonlinearFit fit;
  static_cast<NonlinearReport&>(fit) = std::move(report_);
  fit.status = outcome.status;
  fit.message = (fit.solved() ? "solved: " : "not solved: ") + outcome.message;
  fit.initial_cost = residual_.unit().reported(fit.initial_cost);
  fit.cost = residual_.unit().reported(point.cost);
  if (linear) {
    if (fit.solved() && point.cost > 0 && linear->least_column_norm() < least_exact * residual_.unit().scale()) {
      fit.status = Status::accuracy_not_reached;
      fit.message = "not solved: stationary for all J tells, but entries of J are so small that they have few digits";
    }
    fit.gradient_norm = residual_.unit().reported(linear->gradient_norm());
    fit.orthogonality = linear->orthogonality;
    fit.rank = linear->steps.rank();
    fit.dimensions = linear->steps.cols();
    if (fit.solved() && fit.rank < fit.dimensions && linear->space.whole())
      fit.message += "; J has rank " + std::to_string(fit.rank) + " of " + std::to_string(fit.dimensions);
  } else {
    fit.gradient_norm = fit.orthogonality = std::numeric_limits<double>::quiet_NaN();
  }
  fit.residual_evaluations = residual_.evaluations();
  fit.jacobian_columns = modeller_.columns();
  fit.seconds = clock_.seconds();
  fit.x = std::move(point.x);
  fit.residuals = std::move(point.r);
  return fit;
}

}  // namespace croquis
