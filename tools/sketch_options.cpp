#include "tools/sketch_options.hpp"

#include <CLI/CLI.hpp>

#include "tools/exit_code.hpp"
#include "tools/option_types.hpp"

namespace croquis::tools {

CLI::App* add_sketch_command(CLI::App& app, SketchOptions& options) {
  CLI::App* sketch = app.add_subcommand("sketch", "Apply a sketching operator: write S A");
  sketch->footer(std::string(file_help) + "The labels of an svmlight file are not sketched.\n\n" + exit_code_help);

  add_matrix_option(*sketch, options);
  sketch
      ->add_option("-o,--output", options.output,
                   "Write S A here: .npy, .mtx or .csv; .mtx is sparse if A and S are and that is smaller")
      ->required()
      ->type_name("FILE");
  add_choice(*sketch, "--sketch,--family", options.sketch, "Family of the sketch (sparse-sign)", sketch_names());
  CLI::Option* rows = sketch->add_option("--sketch-rows,--rows", options.sketch_rows, "Rows of S and of S A")
                          ->type_name("NUMBER")
                          ->check(whole_number<std::int64_t>(std::numeric_limits<std::int64_t>::max(), 1));
  add_real(*sketch, "--ratio", options.ratio, "Rows of S for each column of A, instead of --sketch-rows")
      ->excludes(rows);
  sketch->add_option("--nonzeros", options.nonzeros, "Entries in each column of a sparse-sign sketch (0: 8)")
      ->type_name("NUMBER")
      ->check(whole_number<std::int64_t>());
  add_seed_option(*sketch, options.seed, "Seed of the sketch; same seed, same file (0)");
  add_threads_option(*sketch, options.threads);
  add_report_options(*sketch, options);
  return sketch;
}

}  // namespace croquis::tools
