#include <cassert>
#include <cstdio>
#include <string>

#include <croquis/solvers/subspace_newton.hpp>

namespace croquis {

std::string to_string(SubspaceStepRule rule) {
  switch (rule) {
    case SubspaceStepRule::line_search:
      return "line-search";
    case SubspaceStepRule::quadratic:
      return "quadratic";
    case SubspaceStepRule::cubic:
      return "cubic";
  }
  assert(false && "a rule without a name");
  return {};
}

std::string iteration_table(const SubspaceNewtonReport& report) {
  std::string table =
      " iter               value    |gradient|        |step|     ratio parameter  trials   dim  rank    curvature "
      " products  evals  seconds\n";
  char line[220];
  std::snprintf(line, sizeof line, "%5d %19.12e %13.5e\n", 0, report.initial_value, report.initial_gradient_norm);
  table += line;
  for (const SubspaceNewtonIteration& it : report.history) {
    std::snprintf(line, sizeof line,
                  "%5lld %19.12e %13.5e %13.5e %9.2e %9.2e %7lld %5lld %5lld %12.4e %9lld %6lld %8.3f%s\n",
                  static_cast<long long>(it.iteration), it.value, it.gradient_norm, it.step_norm, it.ratio,
                  it.parameter, static_cast<long long>(it.trials), static_cast<long long>(it.dimensions),
                  static_cast<long long>(it.rank), it.smallest_curvature, static_cast<long long>(it.products),
                  static_cast<long long>(it.evaluations), it.seconds, it.accepted ? "" : "  no step");
    table += line;
  }
  return table + report.message + "\n";
}

}  // namespace croquis
