#include "tools/profile_command.hpp"

#include <croquis/errors.hpp>
#include <croquis/sketch/any_sketch.hpp>

#include "tools/json_report.hpp"
#include "tools/output.hpp"
#include "tools/problem.hpp"
#include "tools/profile_plot.hpp"
#include "tools/profile_table.hpp"
#include "tools/profile_text.hpp"
#include "tools/progress.hpp"
#include "tools/run_gnuplot.hpp"
#include "tools/text_file.hpp"
#include "tools/thread_limit.hpp"

namespace croquis::tools {
namespace {

SketchProfileOptions profile_options(const ProfileOptions& options) {
  SketchProfileOptions result;
  for (const std::string& name : options.families) result.families.push_back(*sketch_family_named(name));
  result.ratios = options.ratios;
  result.seeds = options.seeds;
  result.seed = options.seed;
  result.distortion = options.distortion;
  result.solves = options.solves;
  return result;
}

ExitCode profile(const ProfileOptions& options) {
  const Problem problem = read_problem(options, RightHandSide::optional);
  SketchProfileOptions how = profile_options(options);
  SketchProfile profile;
  {
    const ProgressLine progress(how, !options.quiet && !options.json);
    profile = profile_sketches(problem.a, problem.b, how);
  }
  const ProfiledMatrix matrix{.name = options.a.filename().string(), .a = problem.a};
  if (profile.complete() && options.csv) write_text_file(*options.csv, csv_table(profile));
  if (profile.complete() && options.plot) draw_profile(*options.plot, matrix, profile);

  if (options.json) {
    print(json_report(profile, problem.read_seconds) + "\n");
  } else if (!options.quiet) {
    print(text_report(matrix, profile));
  }
  return outcome(profile.complete(), profile.message);
}

}  // namespace

ExitCode run_profile(const ProfileOptions& options) {
  check_table_and_plot(options, options);
  return run_on_threads(options.threads, [&] { return profile(options); });
}

}  // namespace croquis::tools
