#include "tools/input_options.hpp"

#include <system_error>

#include <CLI/CLI.hpp>
#include <croquis/errors.hpp>

#include "tools/option_types.hpp"

namespace croquis::tools {

namespace {

std::string input_path(std::string given) { return given == "-" ? std::string(standard_input) : given; }

}  // namespace

FileFormat file_format(const InputOptions& options) {
  for (const FileFormat format :
       {FileFormat::matrix_market, FileFormat::npy, FileFormat::csv, FileFormat::tsv, FileFormat::svmlight})
    if (to_string(format) == options.format) return format;
  return FileFormat::automatic;
}

void add_matrix_option(CLI::App& command, InputOptions& options) {
  command.add_option("A", options.a, "The matrix A")->required()->type_name("FILE")->transform(input_path);
  add_choice(command, "--format", options.format, "Format of A",
             {"automatic", "matrix-market", "npy", "csv", "tsv", "svmlight"});
}

void add_right_hand_side_options(CLI::App& command, InputOptions& options, const std::string& right_hand_side) {
  command.add_option("B", options.b, right_hand_side)->type_name("FILE")->transform(input_path);
  command
      .add_option("--target", options.target,
                  "The column of A that is the right-hand side, instead of B: a name (csv, tsv)\n"
                  "or a zero-based index. The labels of svmlight are the right-hand side unless B is given")
      ->type_name("COLUMN");
}

void add_intercept_option(CLI::App& command, InputOptions& options) {
  command.add_flag("--intercept", options.intercept, "Append a column of ones to A");
}

void check_not_an_input(const InputOptions& options, const char* option, const std::filesystem::path& output) {
  check_is_not(options.a, option, output);
  if (options.b) check_is_not(*options.b, option, output);
}

void check_is_not(const std::filesystem::path& input, const char* option, const std::filesystem::path& output) {
  std::error_code no_such_file;
  if (std::filesystem::equivalent(input, output, no_such_file))
    throw InvalidOption(std::string(option) + " " + output.string() + " would overwrite the input");
}

}  // namespace croquis::tools
