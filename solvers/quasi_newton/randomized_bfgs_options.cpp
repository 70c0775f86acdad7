#include "solvers/quasi_newton/randomized_bfgs_options.hpp"

#include <cassert>
#include <cmath>
#include <string>

#include <croquis/errors.hpp>

#include "linalg/check.hpp"
#include "solvers/conclude.hpp"
#include "solvers/option_checks.hpp"

namespace croquis {

std::string to_string(InverseMemory memory) {
  switch (memory) {
    case InverseMemory::automatic:
      return "automatic";
    case InverseMemory::full:
      return "full";
    case InverseMemory::limited:
      return "limited";
  }
  assert(false && "a kind of memory without a name");
  return {};
}

void check_randomized_bfgs_options(const RandomizedBfgsOptions& options, std::int64_t unknowns) {
  check_tolerance("gradient_tolerance", options.gradient_tolerance);
  check_at_least("iteration_limit", options.iteration_limit, 0);
  check_at_least("directions", options.directions, 0);
  check_at_least("nonzeros", options.nonzeros, 1);
  check_at_least("blocks", options.blocks, 1);
  if (options.diagonal.empty()) return;
  check_shape(static_cast<std::int64_t>(options.diagonal.size()), 1, unknowns, 1, "diagonal",
              "it needs an entry for each unknown");
  for (std::size_t i = 0; i < options.diagonal.size(); ++i)
    if (!(options.diagonal[i] > 0 && std::isfinite(options.diagonal[i])))
      throw InvalidOption("entry " + std::to_string(i) + " of diagonal is " + scientific(options.diagonal[i]) +
                          " but must be positive and finite");
}

std::int64_t rounded_root(std::int64_t n) {
  return static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(n))));
}

}  // namespace croquis
