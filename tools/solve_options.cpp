#include "tools/solve_options.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>

#include <croquis/sketch/any_sketch.hpp>

#include "tools/exit_code.hpp"

namespace croquis::tools {
namespace {

constexpr int most_threads = 4096;

// Accepts the decimal integers from 0 to `most`. CLI11's own conversion would take -1 for an unsigned number and cut a
// number that is too large.
template <class Integer>
CLI::Validator whole_number(Integer most = std::numeric_limits<Integer>::max()) {
  const auto check = [most](const std::string& given) {
    Integer value = 0;
    const char* const last = given.data() + given.size();
    const auto [end, error] = std::from_chars(given.data(), last, value);
    const bool good = error == std::errc() && end == last && given.front() != '-' && value <= most;
    return good ? std::string() : given + " is not a whole number from 0 to " + std::to_string(most);
  };
  return CLI::Validator(check, "");
}

// An option whose value is one of a few names; the help lists them.
void add_choice(CLI::App& command, const char* name, std::string& value, const std::string& what,
                const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& choice : names) list += (list.empty() ? "" : ", ") + choice;
  // A validator of our own: CLI11's would repeat the list beside the option's name.
  const auto check = [names, list](const std::string& given) {
    return std::find(names.begin(), names.end(), given) != names.end() ? std::string()
                                                                       : given + " is not one of " + list;
  };
  command.add_option(name, value, what + ": " + list)->type_name("NAME")->check(CLI::Validator(check, ""));
}

std::vector<std::string> sketch_names() {
  std::vector<std::string> names = {"automatic"};
  for (const SketchFamily family : all_sketch_families()) names.push_back(to_string(family));
  return names;
}

}  // namespace

CLI::App* add_solve_command(CLI::App& app, SolveOptions& options) {
  CLI::App* solve = app.add_subcommand("solve", "Solve a least-squares problem: minimise ||A x - b||");
  solve->footer(std::string("Files are Matrix Market (.mtx), NumPy (.npy), .csv, .tsv or svmlight, each also gzipped;\n"
                            "the format is told by the content.\n\n") +
                exit_code_help);

  solve->add_option("A", options.a, "The matrix A")->required()->type_name("FILE");
  solve->add_option("B", options.b, "The right-hand sides, one column each")->type_name("FILE");
  solve->add_option("-o,--output", options.output, "Write x here when solved: .npy, .mtx or .csv")->type_name("FILE");
  solve
      ->add_option("--target", options.target,
                   "The column of A that is the right-hand side, instead of B: a name (csv, tsv)\n"
                   "or a zero-based index. The labels of svmlight are the right-hand side unless B is given")
      ->type_name("COLUMN");
  add_choice(*solve, "--format", options.format, "Format of A",
             {"automatic", "matrix-market", "npy", "csv", "tsv", "svmlight"});
  solve->add_flag("--intercept", options.intercept, "Append a column of ones to A");

  add_choice(*solve, "--method", options.method, "How to solve",
             {"automatic", "sketch-and-precondition", "direct", "sketch-and-solve"});
  add_choice(*solve, "--sketch", options.sketch, "Family of the sketch; choosing one, or its size, means to sketch",
             sketch_names());
  const auto number = [&](const char* name, auto& value, const char* what) {
    return solve->add_option(name, value, what)->type_name("NUMBER");
  };
  number("--sketch-rows", options.sketch_rows, "Rows of the sketch (0: chosen)")->check(whole_number<std::int64_t>());
  number("--nonzeros", options.nonzeros, "Entries in each column of a sparse-sign sketch (0: 8)")
      ->check(whole_number<std::int64_t>());
  number("--seed", options.seed, "Seed of the sketch; same seed, same answer (0)")
      ->check(whole_number<std::uint64_t>());
  number("--tolerance", options.tolerance, "Backward error to reach (0: the unit roundoff)");
  number("--rcond", options.rcond, "Singular values below this times the largest count as zero (0: chosen)");
  number("--iteration-limit", options.iteration_limit, "Most iterations in a refinement step (0: chosen)")
      ->check(whole_number<std::int64_t>());
  number("--threads", options.threads, "Threads to use (0: all)")->check(whole_number(most_threads));

  solve->add_flag("--compare", options.compare, "Also run LAPACK's dgels on the same data");
  solve->add_flag("--json", options.json, "Print one JSON object instead of text, also for an error");
  solve->add_flag("--quiet", options.quiet, "Print nothing but errors");
  return solve;
}

}  // namespace croquis::tools
