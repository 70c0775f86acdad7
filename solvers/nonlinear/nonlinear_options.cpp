#include "solvers/nonlinear/nonlinear_options.hpp"

#include <cmath>
#include <string>

#include <croquis/errors.hpp>

#include "solvers/conclude.hpp"
#include "solvers/nonlinear/box.hpp"

namespace croquis {
namespace {

void check_tolerance(double value, const char* name) {
  if (!(value >= 0 && value < 1))
    throw InvalidOption(std::string(name) + " is " + scientific(value) + " but must be in [0, 1)");
}

void check_limit(std::int64_t value, const char* name) {
  if (value < 0) throw InvalidOption(std::string(name) + " is " + std::to_string(value) + " but must not be negative");
}

void check_positive(std::int64_t value, const char* name) {
  if (value < 1) throw InvalidOption(std::string(name) + " is " + std::to_string(value) + " but must be at least 1");
}

void check_automatic(std::int64_t value, const char* name) {
  if (value < -1) throw InvalidOption(std::string(name) + " is " + std::to_string(value) + " but must be at least -1");
}

}  // namespace

void check_options(const NonlinearOptions& options) {
  check_tolerance(options.gradient_tolerance, "gradient_tolerance");
  check_tolerance(options.step_tolerance, "step_tolerance");
  check_tolerance(options.residual_tolerance, "residual_tolerance");
  check_limit(options.iteration_limit, "iteration_limit");
  check_limit(options.evaluation_limit, "evaluation_limit");
  check_limit(options.jacobian_column_limit, "jacobian_column_limit");
  check_limit(options.subspace.dimensions, "subspace.dimensions");
  check_limit(options.subspace.most_dimensions, "subspace.most_dimensions");
  check_positive(options.subspace.nonzeros, "subspace.nonzeros");
  check_automatic(options.subspace.krylov, "subspace.krylov");
  check_automatic(options.subspace.recall, "subspace.recall");
  check_positive(options.subspace.growth, "subspace.growth");
  check_tolerance(options.subspace.promised_decrease, "subspace.promised_decrease");
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
