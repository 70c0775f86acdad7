#include "tools/solve_options.hpp"

#include <CLI/CLI.hpp>

#include "tools/exit_code.hpp"
#include "tools/option_types.hpp"

namespace croquis::tools {

CLI::App* add_solve_command(CLI::App& app, SolveOptions& options) {
  CLI::App* solve = app.add_subcommand("solve", "Solve a least-squares problem: minimise ||A x - b||");
  solve->footer(std::string(file_help) + exit_code_help);

  add_matrix_option(*solve, options);
  add_right_hand_side_options(*solve, options, "The right-hand sides, one column each");
  add_intercept_option(*solve, options);
  solve->add_option("-o,--output", options.output, "Write x here when solved: .npy, .mtx or .csv")->type_name("FILE");

  add_choice(
      *solve, "--method", options.method, "How to solve",
      {"automatic", "sketch-and-precondition", "direct", "sketch-and-solve", "gram-and-precondition", "cholesky-qr"});
  std::vector<std::string> sketches = sketch_names();
  sketches.insert(sketches.begin(), "automatic");
  add_choice(*solve, "--sketch,--family", options.sketch,
             "Family of the sketch; choosing one, or its size, means to sketch", sketches);
  const auto number = [&](const char* name, auto& value, const char* what) {
    return solve->add_option(name, value, what)->type_name("NUMBER");
  };
  number("--sketch-rows,--rows", options.sketch_rows, "Rows of the sketch (0: chosen)")
      ->check(whole_number<std::int64_t>());
  number("--nonzeros", options.nonzeros, "Entries in each column of a sparse-sign sketch (0: 8)")
      ->check(whole_number<std::int64_t>());
  add_seed_option(*solve, options.seed, "Seed of the sketch; same seed, same answer (0)");
  add_real(*solve, "--tolerance", options.tolerance, "Backward error to reach (0: a quarter of the unit roundoff)");
  add_real(*solve, "--rcond", options.rcond, "Singular values below this times the largest count as zero (0: chosen)");
  number("--iteration-limit", options.iteration_limit, "Most iterations in a refinement step (0: chosen)")
      ->check(whole_number<std::int64_t>());
  add_threads_option(*solve, options.threads);
  solve->add_flag("--bootstrap", options.bootstrap,
                  "Preview by sketch-and-solve with error bars from resampling the sketch");
  add_real(*solve, "--confidence", options.confidence,
           "Probability with which each error bar of --bootstrap or --one-pass is to hold (0.95)");

  solve->add_flag("--stream", options.stream,
                  "Hold no more of A than a block of rows: read it anew for each pass, to full accuracy;\n"
                  "where that cannot be, as from a pipe, --one-pass");
  solve->add_flag("--one-pass", options.one_pass,
                  "Read A once, in blocks of rows: a preview by sketch-and-solve, with error bars");
  number("--block-rows", options.block_rows, "Rows of a block of --stream (0: as many as fill 32 MiB)")
      ->check(whole_number<std::int64_t>());
  number("--cols", options.cols,
         "Columns of an svmlight A of --stream, counted from 1 (0: found by reading it once before)")
      ->check(whole_number<std::int64_t>());

  add_real(*solve, "--ridge", options.ridge, "Minimise ||A x - b||^2 + NUMBER ||x||^2");
  solve
      ->add_option("--weights", options.weights,
                   "The weight of each row's square: a column of A, which is taken out of it, by name (csv, tsv)\n"
                   "or zero-based index; or else a file of one column")
      ->type_name("COLUMN|FILE");
  solve->add_flag("--min-norm", options.minimum_norm,
                  "Allow fewer rows than columns: of all solutions, the one of least norm");
  solve->add_option("--constraints", options.constraints, "Subject to C x = d")
      ->expected(2)
      ->allow_extra_args(false)
      ->type_name("C D");

  solve->add_flag("--compare", options.compare, "Also run LAPACK's dgels on the same data");
  add_report_options(*solve, options);
  return solve;
}

}  // namespace croquis::tools
