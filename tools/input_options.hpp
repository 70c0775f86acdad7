// The options that say which problem a command reads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <croquis/linalg/read_matrix.hpp>

// CLI11 takes long to compile, and only the files that define options need more of it.
namespace CLI {
class App;
}

namespace croquis::tools {

struct InputOptions {
  std::filesystem::path a;
  std::optional<std::filesystem::path> b;
  std::optional<std::string> target;
  std::string format = "automatic";
  /// What svmlight indices count from, where another file has shown it; no option of the command.
  std::optional<std::int64_t> first_index = std::nullopt;
  bool intercept = false;
};

/// What the name - stands for.
inline constexpr char standard_input[] = "/dev/stdin";

/// The format of A, `automatic` unless it was given.
FileFormat file_format(const InputOptions& options);

/// Adds A, and --format.
void add_matrix_option(CLI::App& command, InputOptions& options);
/// Adds B and --target; `right_hand_side` says what B is.
void add_right_hand_side_options(CLI::App& command, InputOptions& options, const std::string& right_hand_side);
/// Adds --intercept.
void add_intercept_option(CLI::App& command, InputOptions& options);

/// Throws `InvalidOption` naming `option` if the file is one of the inputs.
void check_not_an_input(const InputOptions& options, const char* option, const std::filesystem::path& output);
/// The same for another input.
void check_is_not(const std::filesystem::path& input, const char* option, const std::filesystem::path& output);

}  // namespace croquis::tools
