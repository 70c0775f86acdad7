// The `croquis` command.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include <croquis/errors.hpp>
#include <croquis/version.hpp>

#include "tools/classify_command.hpp"
#include "tools/exit_code.hpp"
#include "tools/fit_command.hpp"
#include "tools/info_command.hpp"
#include "tools/json_report.hpp"
#include "tools/output.hpp"
#include "tools/profile_command.hpp"
#include "tools/sketch_command.hpp"
#include "tools/solve_command.hpp"
#include "tools/spectrum_command.hpp"

namespace {

using namespace croquis::tools;

ExitCode show(const std::string& text, ExitCode code) {
  try {
    print(text);
    return code;
  } catch (const croquis::FileError& error) {
    print_error(error.what());
    return exit_file;
  }
}

// Says what went wrong, and also on stdout where a program reads it, unless that is what went wrong.
ExitCode fail(const std::string& message, bool json, ExitCode code) {
  print_error(message);
  return json && std::ferror(stdout) == 0 ? show(json_error(message) + "\n", code) : code;
}

ExitCode show_help(const CLI::App& app, const CLI::ParseError& asked) {
  std::ostringstream text;
  app.exit(asked, text, text);
  return show(text.str(), exit_solved);
}

// CLI11 says of a misspelled subcommand only that one is missing.
std::string usage_message(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = app.get_subcommands().empty() ? app.remaining() : std::vector<std::string>();
  return (unknown.empty() ? error.what() : "\"" + unknown.front() + "\" is not a subcommand") +
         std::string(" (croquis --help and croquis COMMAND --help show the usage)");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("croquis: least squares by randomized sketching, to full accuracy", "croquis");
  app.set_version_flag("--version", croquis::version());
  app.footer(exit_code_help);
  app.require_subcommand(1);
  SolveOptions solve_options;
  CLI::App* solve = add_solve_command(app, solve_options);
  FitOptions fit_options;
  CLI::App* fit = add_fit_command(app, fit_options);
  ClassifyOptions classify_options;
  CLI::App* classify = add_classify_command(app, classify_options);
  ProfileOptions profile_options;
  CLI::App* profile = add_profile_command(app, profile_options);
  SketchOptions sketch_options;
  CLI::App* sketch = add_sketch_command(app, sketch_options);
  SpectrumOptions spectrum_options;
  CLI::App* spectrum = add_spectrum_command(app, spectrum_options);
  bool info_json = false;
  CLI::App* info = app.add_subcommand("info", "Show the version, and the BLAS, threads and processor features in use");
  info->add_flag("--json", info_json, "Print one JSON object instead of text");

  // Wanted even if the arguments cannot be parsed.
  const bool json = std::any_of(argv, argv + argc, [](const char* word) { return std::string_view(word) == "--json"; });
  try {
    app.parse(argc, argv);
    if (solve->parsed()) return run_solve(solve_options);
    if (fit->parsed()) return run_fit(fit_options);
    if (classify->parsed()) return run_classify(classify_options);
    if (profile->parsed()) return run_profile(profile_options);
    if (sketch->parsed()) return run_sketch(sketch_options);
    if (spectrum->parsed()) return run_spectrum(spectrum_options);
    if (info->parsed()) run_info(info_json);
    return exit_solved;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return show_help(app, error);  // or the version
    return fail(usage_message(app, error), json, exit_usage);
  } catch (const std::bad_alloc&) {
    return fail("not enough memory", json, exit_not_solved);
  } catch (const std::exception& error) {
    return fail(error.what(), json, exit_code_for(error));
  }
}
