#include <cassert>
#include <cmath>
#include <string>

#include <croquis/errors.hpp>

#include "solvers/conclude.hpp"
#include "solvers/newton/newton_iteration.hpp"

namespace croquis {

std::string to_string(NewtonPreconditioner preconditioner) {
  switch (preconditioner) {
    case NewtonPreconditioner::automatic:
      return "automatic";
    case NewtonPreconditioner::gram:
      return "gram";
    case NewtonPreconditioner::sketch:
      return "sketch";
    case NewtonPreconditioner::low_rank:
      return "low_rank";
    case NewtonPreconditioner::diagonal:
      return "diagonal";
    case NewtonPreconditioner::none:
      return "none";
  }
  assert(false && "a preconditioner without a name");
  return {};
}

void check_newton_options(const NewtonOptions& options) {
  const auto need = [](bool good, const char* name, const std::string& value, const char* range) {
    if (!good) throw InvalidOption(std::string(name) + " is " + value + " but must be " + range);
  };
  const auto tolerance = [&](const char* name, double value) {
    need(value >= 0 && value < 1, name, scientific(value), "in [0, 1)");
  };
  tolerance("gradient_tolerance", options.gradient_tolerance);
  tolerance("value_tolerance", options.value_tolerance);
  need(options.iteration_limit >= 0, "iteration_limit", std::to_string(options.iteration_limit), "at least 0");
  need(options.products_per_step >= 1, "products_per_step", std::to_string(options.products_per_step), "at least 1");
  need(options.sketch_rows >= 0, "sketch_rows", std::to_string(options.sketch_rows), "at least 0");
}

}  // namespace croquis
