#include <cassert>
#include <cstdio>
#include <string>

#include <croquis/solvers/nonlinear_least_squares.hpp>

namespace croquis {

std::string to_string(NonlinearGlobalization globalization) {
  switch (globalization) {
    case NonlinearGlobalization::trust_region:
      return "trust-region";
    case NonlinearGlobalization::quadratic_regularization:
      return "quadratic-regularization";
    case NonlinearGlobalization::cubic_regularization:
      return "cubic-regularization";
  }
  assert(false && "a globalization without a name");
  return {};
}

std::string to_string(NonlinearMethod method) {
  switch (method) {
    case NonlinearMethod::automatic:
      return "automatic";
    case NonlinearMethod::full:
      return "full";
    case NonlinearMethod::subspace:
      return "subspace";
    case NonlinearMethod::hybrid:
      return "hybrid";
  }
  assert(false && "a method without a name");
  return {};
}

std::string to_string(SubspaceFamily family) {
  switch (family) {
    case SubspaceFamily::gaussian:
      return "gaussian";
    case SubspaceFamily::hashing:
      return "hashing";
    case SubspaceFamily::coordinates:
      return "coordinates";
    case SubspaceFamily::block_coordinates:
      return "block-coordinates";
  }
  assert(false && "a family without a name");
  return {};
}

std::string iteration_table(const NonlinearReport& report) {
  std::string table =
      " iter          cost   cost change    |gradient|        |step|     ratio    radius   dim     evals   columns  "
      "seconds\n";
  char line[200];
  std::snprintf(line, sizeof line, "%5d %13.6e\n", 0, report.initial_cost);
  table += line;
  for (const NonlinearIteration& it : report.history) {
    std::snprintf(line, sizeof line, "%5lld %13.6e %13.5e %13.5e %13.5e %9.2e %9.2e %5lld %9lld %9lld %8.3f%s\n",
                  static_cast<long long>(it.iteration), it.cost, it.cost_change, it.gradient_norm, it.step_norm,
                  it.ratio, it.radius, static_cast<long long>(it.dimensions),
                  static_cast<long long>(it.residual_evaluations), static_cast<long long>(it.jacobian_columns),
                  it.seconds, it.accepted ? "" : "  rejected");
    table += line;
  }
  return table + report.message + "\n";
}

}  // namespace croquis
