#include "tools/solve_stream.hpp"

#include <string>
#include <utility>

#include <croquis/errors.hpp>

#include "tools/choose_sketch.hpp"
#include "tools/progress.hpp"
#include "tools/stopwatch.hpp"
#include "tools/streamed_problem.hpp"

namespace croquis::tools {
namespace {

void refuse(bool given, const std::string& option, const std::string& form) {
  if (given) throw InvalidOption(option + " is not for " + form);
}

// What takes more of A than a pass, or a matrix whose shape is known before it is read.
void check_options(const SolveOptions& options) {
  const std::string form = options.one_pass ? "--one-pass" : "--stream";
  refuse(options.compare, "--compare", form + ", whose A is never in memory whole");
  refuse(options.ridge != 0, "--ridge", form);
  refuse(options.weights.has_value(), "--weights", form);
  refuse(options.minimum_norm, "--min-norm", form + ", which needs as many rows as columns");
  refuse(!options.constraints.empty(), "--constraints", form);
  refuse(options.sketch != "automatic" && options.sketch != to_string(SketchFamily::sparse_sign),
         "--sketch " + options.sketch, form + ": the sketch is sparse-sign");
  refuse(options.nonzeros > 0, "--nonzeros", form + ": they are 8");
  refuse(options.method == to_string(LeastSquaresMethod::direct) ||
             options.method == to_string(LeastSquaresMethod::gram_and_precondition),
         "--method " + options.method, form);
}

void check_one_pass_options(const SolveOptions& options, const std::string& why) {
  refuse(options.tolerance != 0, "--tolerance", why);
  refuse(options.iteration_limit != 0, "--iteration-limit", why);
  refuse(options.method == to_string(LeastSquaresMethod::sketch_and_precondition), "--method " + options.method, why);
}

LeastSquaresFit<double> solve_in_one_pass(const SolveOptions& options, StreamedProblem& problem) {
  check_one_pass_options(options, options.one_pass ? "--one-pass" : "an A that can be read but once");
  LeastSquaresStream<double> stream(problem.cols(), problem.vectors(),
                                    {.sketch_rows = options.sketch_rows,
                                     .seed = options.seed,
                                     .rcond = options.rcond,
                                     .bootstrap = options.resampling()});
  problem.for_each_block([&](const AnyMatrixView<double>& a, MatrixView<const double> b) { stream.add(a, b); });
  return stream.finish();
}

LeastSquaresFit<double> solve_by_replaying(const SolveOptions& options, StreamedProblem& problem) {
  // The sketch's size is all that is chosen before the rows are known.
  SolveOptions without_family = options;
  without_family.sketch = "automatic";
  LeastSquaresOptions how = solver_options(without_family, problem.cols(), problem.cols());
  const ProgressLine progress(how, !options.quiet && !options.json);
  return least_squares_stream(
      RowBlockSource<double>{
          .cols = problem.cols(),
          .vectors = problem.vectors(),
          .for_each_block = [&](const RowBlockVisitor<double>& visit) { problem.for_each_block(visit); }},
      how);
}

}  // namespace

SolvedProblem solve_stream(const SolveOptions& options) {
  check_options(options);
  const Stopwatch clock;
  StreamedProblem problem(options);
  const bool replayed = !options.one_pass && problem.can_restart();
  refuse(replayed && options.confidence && !options.bootstrap, "--confidence", "--stream without --bootstrap");
  LeastSquaresFit<double> fit;
  try {
    fit = replayed ? solve_by_replaying(options, problem) : solve_in_one_pass(options, problem);
  } catch (const ShapeError& error) {
    throw ShapeError(options.a.string() + ": " + error.what());
  } catch (const FileError&) {
    throw;
  } catch (const InvalidOption&) {
    throw;
  } catch (const Error& error) {
    // The entries of the file are not those of the first pass.
    throw FileError(options.a.string() + ": " + error.what());
  }
  SolvedProblem solved{problem.summary(replayed), std::move(fit)};
  // Reading is part of the passes; the report counts it on its own.
  solved.fit.seconds.total = clock.seconds() - solved.problem.read_seconds;
  return solved;
}

}  // namespace croquis::tools
