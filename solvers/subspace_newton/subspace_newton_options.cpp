#include "solvers/subspace_newton/subspace_newton_options.hpp"

#include <cmath>
#include <string>

#include <croquis/errors.hpp>

#include "solvers/conclude.hpp"
#include "solvers/option_checks.hpp"

namespace croquis {
namespace {

void finite_and_not_negative(const char* name, double value) {
  if (!(value >= 0 && std::isfinite(value)))
    throw InvalidOption(std::string(name) + " is " + scientific(value) + " but must be finite and not negative");
}

}  // namespace

void check_subspace_newton_options(const SubspaceNewtonOptions& options) {
  check_at_least("nonzeros", options.nonzeros, 1);
  check_at_least("dimensions", options.dimensions, 0);
  check_at_least("most_dimensions", options.most_dimensions, 0);
  check_at_least("rank_margin", options.rank_margin, -1);
  check_at_least("krylov", options.krylov, -1);
  check_at_least("recall", options.recall, -1);
  check_at_least("iteration_limit", options.iteration_limit, 0);
  check_at_least("product_limit", options.product_limit, 0);
  check_tolerance("gradient_tolerance", options.gradient_tolerance);
  if (!(options.curvature_tolerance > 0))
    throw InvalidOption("curvature_tolerance is " + scientific(options.curvature_tolerance) + " but must be positive");
  finite_and_not_negative("initial_parameter", options.initial_parameter);
}

}  // namespace croquis
