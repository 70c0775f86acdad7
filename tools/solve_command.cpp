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
#include "tools/solve_stream.hpp"
#include "tools/text_report.hpp"
#include "tools/thread_limit.hpp"

namespace croquis::tools {
namespace {

void check_output(const SolveOptions& options) {
  if (!options.output) return;
  check_not_an_input(options, "--output", *options.output);
  if (options.weights) check_is_not(*options.weights, "--output", *options.output);
  for (const auto& input : options.constraints) check_is_not(input, "--output", *options.output);
  check_writable(*options.output);
}

struct Solved : SolvedProblem {
  std::optional<Comparison> comparison = std::nullopt;
};

Solved solve_in_memory(const SolveOptions& options) {
  if (options.compare && (options.ridge > 0 || options.weights || !options.constraints.empty() || options.minimum_norm))
    throw InvalidOption("--compare is for problems without --ridge, --weights, --min-norm and --constraints");
  if (options.block_rows > 0 || options.cols > 0) throw InvalidOption("--block-rows and --cols are for --stream");
  const Problem problem = read_problem(options);
  const std::int64_t rows = problem.a.rows();
  const std::int64_t cols = problem.a.cols();
  LeastSquaresOptions how = solver_options(options, std::max(rows, cols), std::min(rows, cols));
  how.ridge = options.ridge;
  how.weights = problem.weights;
  Solved solved;
  solved.problem = problem.summary();
  {
    const ProgressLine progress(how, !options.quiet && !options.json);
    solved.fit = problem.c.rows() > 0
                     ? constrained_least_squares(problem.a, problem.b.view(), problem.c.view(), problem.d.view(), how)
                     : least_squares(problem.a, problem.b, how);
  }
  if (options.compare && solved.fit.solved())
    solved.comparison = compare_with_lapack(problem.a, problem.b, solved.fit.x);
  return solved;
}

ExitCode solve(const SolveOptions& options) {
  if (options.confidence && !options.bootstrap && !options.streamed())
    throw InvalidOption("--confidence requires --bootstrap or --one-pass");
  const Solved solved = options.streamed() ? Solved{solve_stream(options)} : solve_in_memory(options);
  const LeastSquaresFit<double>& fit = solved.fit;
  if (fit.solved() && options.output) write_matrix(*options.output, fit.x);

  if (options.json) {
    print(json_report(options, solved.problem, fit, solved.comparison) + "\n");
  } else if (!options.quiet) {
    print(text_report(options, solved.problem, fit, solved.comparison));
  }
  return outcome(fit.solved(), fit.message);
}

}  // namespace

ExitCode run_solve(const SolveOptions& options) {
  check_output(options);
  return run_on_threads(options.threads, [&] { return solve(options); });
}

}  // namespace croquis::tools
