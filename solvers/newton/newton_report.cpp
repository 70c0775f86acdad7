#include "solvers/newton/newton_report.hpp"

#include <cstdio>

#include "solvers/conclude.hpp"

namespace croquis {

void conclude(NewtonReport& report, Status status, const std::string& what) {
  report.status = status;
  report.message = what + ": |gradient| " + scientific(report.gradient_norm) + " (" +
                   scientific(report.initial_gradient_norm) + " at the start) after " +
                   std::to_string(report.iterations) + " iterations and " + std::to_string(report.products) +
                   " products with the Hessian";
}

std::string iteration_table(const NewtonReport& report) {
  std::string table =
      " iter               value    |gradient|        |step|    length     decrement  products  evals   passes  "
      "seconds\n";
  char line[200];
  std::snprintf(line, sizeof line, "%5d %19.12e %13.5e\n", 0, report.initial_value, report.initial_gradient_norm);
  table += line;
  for (const NewtonIteration& it : report.history) {
    std::snprintf(line, sizeof line, "%5lld %19.12e %13.5e %13.5e %9.2e %13.5e %9lld %6lld %8.1f %8.3f%s\n",
                  static_cast<long long>(it.iteration), it.value, it.gradient_norm, it.step_norm, it.step_length,
                  it.decrement, static_cast<long long>(it.products), static_cast<long long>(it.evaluations), it.passes,
                  it.seconds, it.new_preconditioner ? "  new preconditioner" : "");
    table += line;
  }
  return table + report.message + "\n";
}

}  // namespace croquis
