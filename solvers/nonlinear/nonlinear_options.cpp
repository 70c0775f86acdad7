#include "solvers/nonlinear/nonlinear_options.hpp"

#include <cmath>
#include <string>

#include <croquis/errors.hpp>

#include "solvers/conclude.hpp"
#include "solvers/nonlinear/box.hpp"
#include "solvers/option_checks.hpp"

namespace croquis {
void check_options(const NonlinearOptions& options) {
  check_tolerance("gradient_tolerance", options.gradient_tolerance);
  check_tolerance("step_tolerance", options.step_tolerance);
  check_tolerance("residual_tolerance", options.residual_tolerance);
  check_at_least("iteration_limit", options.iteration_limit, 0);
  check_at_least("evaluation_limit", options.evaluation_limit, 0);
  check_at_least("jacobian_column_limit", options.jacobian_column_limit, 0);
  check_at_least("subspace.dimensions", options.subspace.dimensions, 0);
  check_at_least("subspace.most_dimensions", options.subspace.most_dimensions, 0);
  check_at_least("subspace.nonzeros", options.subspace.nonzeros, 1);
  check_at_least("subspace.krylov", options.subspace.krylov, -1);
  check_at_least("subspace.recall", options.subspace.recall, -1);
  check_at_least("subspace.growth", options.subspace.growth, 1);
  check_tolerance("subspace.promised_decrease", options.subspace.promised_decrease);
  const double rows = options.observation_rows;
  if (rows != 0 && !(rows >= 1 && std::isfinite(rows)))
    throw InvalidOption("observation_rows is " + scientific(rows) + " but must be 0 or at least 1");
  if (!(options.initial_radius >= 0 && std::isfinite(options.initial_radius)))
    throw InvalidOption("initial_radius is " + scientific(options.initial_radius) +
                        " but must be finite and not negative");
}

void check_bounds_fit(const NonlinearProblem& problem, const NonlinearOptions& options) {
  if (Box(problem).unbounded()) return;
  const bool in_subspaces = options.method == NonlinearMethod::subspace || options.method == NonlinearMethod::hybrid ||
                            (options.method == NonlinearMethod::automatic && options.subspace.dimensions > 0);
  if (in_subspaces) throw InvalidOption("the problem has bounds, which the methods subspace and hybrid cannot keep");
}

}  // namespace croquis
