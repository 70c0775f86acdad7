#include "tools/spectrum_options.hpp"

#include <CLI/CLI.hpp>

#include "tools/exit_code.hpp"
#include "tools/option_types.hpp"

namespace croquis::tools {

CLI::App* add_spectrum_command(CLI::App& app, SpectrumOptions& options) {
  CLI::App* spectrum = app.add_subcommand(
      "spectrum", "The singular values of A, or the eigenvalues of a symmetric one: extremes, norm, distribution");
  spectrum->footer(std::string(file_help) + exit_code_help);
  const auto add_count = [&](const char* name, std::int64_t& value, const char* what) {
    spectrum->add_option(name, value, what)->type_name("NUMBER")->check(whole_number<std::int64_t>());
  };
  add_matrix_option(*spectrum, options);
  spectrum->add_flag("--symmetric", options.symmetric,
                     "A is symmetric: its eigenvalues. Otherwise its singular values, as the square roots of the\n"
                     "eigenvalues of A^T A: below 1e-8 of the largest they are lost in rounding");
  add_count("--top", options.top, "Extreme values to compute (6)");
  add_choice(*spectrum, "--which", options.which, "Which of them, with --symmetric",
             {"largest", "smallest", "largest-magnitude"});
  add_real(*spectrum, "--tolerance", options.tolerance,
           "Residual norms to reach for them, relative to the norm of A (1e-8), or of A^T A");
  add_count("--trace-products", options.trace_products,
            "Products with A or A^T A for the estimate of its trace, the square of the Frobenius norm (100)");
  add_count("--vectors", options.vectors, "Random vectors for the distribution (10)");
  add_count("--steps", options.steps, "Lanczos steps from each (80)");
  add_real(*spectrum, "--threshold", options.threshold,
           "Count the values above this part of the largest, in absolute value (0.001)");
  add_real(*spectrum, "--ridge", options.ridge,
           "Estimate the effective dimension: the sum of s^2 / (s^2 + ridge) over the singular values s,\n"
           "or of t / (t + ridge) over the positive eigenvalues t");
  add_real(*spectrum, "--confidence", options.confidence, "Of the error bars (0.9)");
  add_seed_option(*spectrum, options.seed, "Seed; same seed, same numbers (0)");
  add_threads_option(*spectrum, options.threads);

  add_table_and_plot_options(*spectrum, options, "Write the density and the counts here, one line for each point");
  return spectrum;
}

}  // namespace croquis::tools
