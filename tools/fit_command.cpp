#include "tools/fit_command.hpp"

#include <span>

#include <croquis/errors.hpp>
#include <croquis/linalg/write_matrix.hpp>

#include "tools/curve_fit.hpp"
#include "tools/curve_report.hpp"
#include "tools/fit_text.hpp"
#include "tools/json_report.hpp"
#include "tools/output.hpp"
#include "tools/text_file.hpp"
#include "tools/thread_limit.hpp"

namespace croquis::tools {
namespace {

void check_outputs(const FitOptions& options) {
  if (options.output) {
    check_not_an_input(options, "--output", *options.output);
    if (options.weights) check_is_not(*options.weights, "--output", *options.output);
    check_text_file_writable(*options.output);
  }
  if (options.covariance) {
    check_not_an_input(options, "--covariance", *options.covariance);
    if (options.weights) check_is_not(*options.weights, "--covariance", *options.covariance);
    check_writable(*options.covariance);
    if (options.output && name_one_file(*options.output, *options.covariance))
      throw InvalidOption("--output and --covariance are both " + options.output->string());
  }
}

void check_problem(const FitOptions& options, const Problem& problem) {
  const std::string name = options.a.string();
  if (problem.b.cols() != 1)
    throw InvalidOption(options.b->string() + ": has " + std::to_string(problem.b.cols()) +
                        " columns, but a model has one response");
  if (problem.a.cols() == 0) throw InvalidOption(name + ": there is no column to fit the response with");
  if (problem.a.rows() == problem.a.cols())
    throw ShapeError(name + ": " + std::to_string(problem.a.rows()) + " rows for " + std::to_string(problem.a.cols()) +
                     " coefficients" + (options.intercept ? " with the intercept" : "") +
                     ": standard errors need more rows than coefficients");
}

ExitCode fit(const FitOptions& options) {
  const Problem problem = read_problem(options, RightHandSide::required);
  check_problem(options, problem);
  LinearModelOptions how{.rcond = options.rcond, .seed = options.seed};
  if (options.intercept) how.intercept = problem.a.cols() - 1;
  const FittedModel fitted{problem, fit_linear_model(problem.a, problem.b.entries(), how), options.intercept};
  if (fitted.model.solved()) {
    if (options.output) write_text_file(*options.output, coefficient_csv(fitted.coefficients()));
    if (options.covariance) write_matrix(*options.covariance, fitted.covariance());
  }
  if (options.json) {
    print(json_report(fitted) + "\n");
  } else if (!options.quiet && fitted.model.solved()) {
    print(text_report(options, fitted));
  }
  return outcome(fitted.model.solved(), fitted.model.message);
}

ExitCode fit_model(const FitOptions& options) {
  const CurveFit curve = fit_curve(options);
  if (curve.fit.solved()) {
    if (options.output) write_text_file(*options.output, coefficient_csv(curve.coefficients()));
    if (options.covariance) write_matrix(*options.covariance, curve.statistics.covariance);
  }
  if (options.json) {
    print(json_report(options, curve) + "\n");
  } else if (!options.quiet && curve.fit.solved()) {
    print(text_report(options, curve));
  }
  return outcome(curve.fit.solved(), curve.fit.message);
}

}  // namespace

ExitCode run_fit(const FitOptions& options) {
  check_outputs(options);
  return run_on_threads(options.threads, [&] { return options.model ? fit_model(options) : fit(options); });
}

}  // namespace croquis::tools
