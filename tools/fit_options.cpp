#include "tools/fit_options.hpp"

#include <limits>

#include <CLI/CLI.hpp>

#include "tools/exit_code.hpp"
#include "tools/expression.hpp"
#include "tools/option_types.hpp"

namespace croquis::tools {
namespace {

void add_list(CLI::App& fit, const char* name, std::vector<std::string>& words, const char* what, const char* form,
              CLI::Option* model) {
  fit.add_option(name, words, what)
      ->type_name(form)
      ->delimiter(',')
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->needs(model);
}

// What makes the model a curve.
CLI::Option* add_curve_options(CLI::App& fit, FitOptions& options) {
  CLI::Option* model =
      fit.add_option("--model", options.model,
                     "Fit a curve instead of a linear model: the response as an expression of columns and parameters,\n"
                     "such as 'b1*(1-exp(-b2*x))'")
          ->type_name("EXPRESSION");
  add_list(fit, "--start", options.start, "Where to start: each parameter of --model with a value, separated by commas",
           "NAME=NUMBER", model);
  add_list(fit, "--bounds", options.bounds, "Bounds of parameters of --model, either left out where there is none",
           "NAME=LOW:HIGH", model);
  fit.add_option("--loss", options.loss,
                 "What residuals of --model cost: squares, huber, soft-l1, cauchy or tukey, with the size from which\n"
                 "on one is an outlier (1)")
      ->type_name("NAME[:SCALE]")
      ->needs(model);
  fit.add_option("--weights", options.weights,
                 "Weights of the squared residuals of --model: a column of A or a file with one column")
      ->type_name("COLUMN|FILE")
      ->needs(model);
  fit.add_option("--iteration-limit,--max-iterations", options.iteration_limit,
                 "Stop --model after so many iterations (1000)")
      ->type_name("NUMBER")
      ->check(whole_number<std::int64_t>(std::numeric_limits<std::int64_t>::max(), 1))
      ->needs(model);
  return model;
}

}  // namespace

CLI::App* add_fit_command(CLI::App& app, FitOptions& options) {
  CLI::App* fit =
      app.add_subcommand("fit", "Fit a linear model, or a curve: coefficients with standard errors, t and p values");
  fit->footer(std::string(file_help) + expression_help + exit_code_help);

  add_matrix_option(*fit, options);
  add_right_hand_side_options(*fit, options, "The response, one column");
  CLI::Option* model = add_curve_options(*fit, options);
  fit->add_flag("--no-intercept{false}", options.intercept, "Fit without a constant term")->excludes(model);
  fit->add_option("-o,--output", options.output, "Write the table of coefficients here, as csv")->type_name("FILE");
  fit->add_option("--covariance", options.covariance,
                  "Write the coefficients' covariance matrix here: .npy, .mtx or .csv")
      ->type_name("FILE");
  add_real(*fit, "--rcond", options.rcond, "Singular values below this times the largest count as zero (0: chosen)")
      ->excludes(model);
  add_seed_option(*fit, options.seed, "Seed of the sketches; same seed, same bits (0)");
  add_threads_option(*fit, options.threads);

  add_report_options(*fit, options);
  return fit;
}

}  // namespace croquis::tools
