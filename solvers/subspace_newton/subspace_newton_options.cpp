#include "solvers/subspace_newton/subspace_newton_options.hpp"

#include <cmath>
#include <string>

#include <croquis/errors.hpp>

#include "solvers/conclude.hpp"

namespace croquis {
namespace {

void at_least(std::int64_t least, const char* name, std::int64_t value) {
  if (value < least)
    throw InvalidOption(std::string(name) + " is " + std::to_string(value) + " but must be at least " +
                        std::to_string(least));
}

void finite_and_not_negative(const char* name, double value) {
  if (!(value >= 0 && std::isfinite(value)))
    throw InvalidOption(std::string(name) + " is " + scientific(value) + " but must be finite and not negative");
}

}  // namespace

void check_subspace_newton_options(const SubspaceNewtonOptions& options) {
  at_least(1, "nonzeros", options.nonzeros);
  at_least(0, "dimensions", options.dimensions);
  at_least(0, "most_dimensions", options.most_dimensions);
  at_least(-1, "rank_margin", options.rank_margin);
  at_least(-1, "krylov", options.krylov);
  at_least(-1, "recall", options.recall);
  at_least(0, "iteration_limit", options.iteration_limit);
  at_least(0, "product_limit", options.product_limit);
  if (!(options.gradient_tolerance >= 0 && options.gradient_tolerance < 1))
    throw InvalidOption("gradient_tolerance is " + scientific(options.gradient_tolerance) + " but must be in [0, 1)");
  if (!(options.curvature_tolerance > 0))
    throw InvalidOption("curvature_tolerance is " + scientific(options.curvature_tolerance) + " but must be positive");
  finite_and_not_negative("initial_parameter", options.initial_parameter);
}

}  // namespace croquis
