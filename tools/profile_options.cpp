#include "tools/profile_options.hpp"

#include <CLI/CLI.hpp>

#include "tools/exit_code.hpp"
#include "tools/option_types.hpp"

namespace croquis::tools {

CLI::App* add_profile_command(CLI::App& app, ProfileOptions& options) {
  CLI::App* profile =
      app.add_subcommand("profile", "Which sketch of A, and how large: distortion and time of each, measured");
  profile->footer(std::string(file_help) + exit_code_help);

  add_matrix_option(*profile, options);
  add_right_hand_side_options(*profile, options, "The right-hand sides of the solves that are timed (made if missing)");
  add_intercept_option(*profile, options);
  add_choice(*profile, "--sketch,--family", options.families,
             "Families to try, separated by commas or each with its own --family (all)", sketch_names());
  add_reals(*profile, "--ratio", options.ratios,
            "Sizes to try: rows of the sketch for each column of A, separated by commas\n"
            "(1.5,2,3,4,6,8,12,16, as far as the sketch is not taller than A)");
  profile->add_option("--seeds", options.seeds, "Sketches that each distortion is measured by (9)")
      ->type_name("NUMBER")
      ->check(whole_number<std::int64_t>());
  add_real(*profile, "--distortion", options.distortion, "The distortion that recommended sizes keep (0.5)");
  profile->add_option("--solves", options.solves, "Rounds of solves with each size; 0: predict their time only (2)")
      ->type_name("NUMBER")
      ->check(whole_number<std::int64_t>());
  add_seed_option(*profile, options.seed, "First seed; same seed, same profile but for the seconds (0)");
  add_threads_option(*profile, options.threads);

  add_table_and_plot_options(*profile, options, "Write the table here, one line for each family and size");
  return profile;
}

}  // namespace croquis::tools
