#include "tools/solve_command.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>

#include <croquis/errors.hpp>
#include <croquis/linalg/write_matrix.hpp>
#include <croquis/solvers/constrained_least_squares.hpp>

#include "tools/choose_sketch.hpp"
#include "tools/compare.hpp"
#include "tools/json_report.hpp"
#include "tools/output.hpp"
#include "tools/problem.hpp"
#include "tools/progress.hpp"
#include "tools/text_report.hpp"
#include "tools/thread_limit.hpp"

namespace croquis::tools {
namespace {

void check_output(const SolveOptions& options) {
  if (!options.output) return;
  check_not_an_input(options, "--output", *options.output);
  check_writable(*options.output);
}

ExitCode solve(const SolveOptions& options) {
  if (options.compare && (options.ridge > 0 || options.weights || !options.constraints.empty() || options.minimum_norm))
    throw InvalidOption("--compare is for problems without --ridge, --weights, --min-norm and --constraints");
  const Problem problem = read_problem(options);
  const std::int64_t rows = problem.a.rows();
  const std::int64_t cols = problem.a.cols();
  LeastSquaresOptions how = solver_options(options, std::max(rows, cols), std::min(rows, cols));
  how.ridge = options.ridge;
  how.weights = problem.weights;
  LeastSquaresFit<double> fit;
  {
    const ProgressLine progress(how, !options.quiet && !options.json);
    fit = problem.c.rows() > 0
              ? constrained_least_squares(problem.a, problem.b.view(), problem.c.view(), problem.d.view(), how)
              : least_squares(problem.a, problem.b, how);
  }
  std::optional<Comparison> comparison;
  if (options.compare && fit.solved()) comparison = compare_with_lapack(problem.a, problem.b, fit.x);
  if (fit.solved() && options.output) write_matrix(*options.output, fit.x);

  if (options.json) {
    print(json_report(options, problem, fit, comparison) + "\n");
  } else if (!options.quiet) {
    print(text_report(options, problem, fit, comparison));
  }
  if (fit.solved()) return exit_solved;
  print_error(fit.message);
  return exit_not_solved;
}

}  // namespace

ExitCode run_solve(const SolveOptions& options) {
  check_output(options);
  ExitCode code = exit_not_solved;
  run_on_threads(options.threads, [&] { code = solve(options); });
  return code;
}

}  // namespace croquis::tools
