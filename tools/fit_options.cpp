#include "tools/fit_options.hpp"

#include <CLI/CLI.hpp>

#include "tools/exit_code.hpp"
#include "tools/option_types.hpp"

namespace croquis::tools {

CLI::App* add_fit_command(CLI::App& app, FitOptions& options) {
  CLI::App* fit =
      app.add_subcommand("fit", "Fit a linear model: coefficients with standard errors, t and p values, R^2 and F");
  fit->footer(std::string(file_help) + exit_code_help);

  add_matrix_option(*fit, options);
  add_right_hand_side_options(*fit, options, "The response, one column");
  fit->add_flag("--no-intercept{false}", options.intercept, "Fit without a constant term");
  fit->add_option("-o,--output", options.output, "Write the table of coefficients here, as csv")->type_name("FILE");
  fit->add_option("--covariance", options.covariance,
                  "Write the coefficients' covariance matrix here: .npy, .mtx or .csv")
      ->type_name("FILE");
  fit->add_option("--rcond", options.rcond, "Singular values below this times the largest count as zero (0: chosen)")
      ->type_name("NUMBER");
  add_seed_option(*fit, options.seed, "Seed of the sketches; same seed, same bits (0)");
  add_threads_option(*fit, options.threads);

  fit->add_flag("--json", options.json, "Print one JSON object instead of text, also for an error");
  fit->add_flag("--quiet", options.quiet, "Print nothing but errors");
  return fit;
}

}  // namespace croquis::tools
