// Running the croquis command as its users do: as a process.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/temporary_folder.hpp"

namespace croquis::test {

struct CommandResult {
  int status = -1;     ///< exit status; 128 + the signal if one ended it
  std::string output;  ///< stdout
  std::string errors;  ///< stderr
};

/// Runs the built command (the environment's CROQUIS_COMMAND) with these arguments and waits for it.
CommandResult run_croquis(const std::vector<std::string>& arguments);

/// Whether it was built with muparser, which `croquis fit --model` needs.
bool has_expressions();

/// The one JSON object that stdout must hold.
nlohmann::json json_output(const CommandResult& result);

/// Runs a subcommand with these arguments and --json, checks the exit status, and returns the object.
nlohmann::json json_report(const std::string& subcommand, std::vector<std::string> arguments, int expected_status = 0);

/// The same of `solve`.
nlohmann::json solve_json(std::vector<std::string> arguments, int expected_status = 0);

/// Runs the command as text and with --json, checks the exit status, that the same one line is said on stderr and in
/// the JSON object, and that `folder` holds as many files as before. Returns the message.
std::string failure(const std::filesystem::path& folder, std::vector<std::string> arguments, int expected_status);

/// Whether `part` is somewhere in `text`.
bool contains(const std::string& text, const std::string& part);

/// One of the command's subcommands, and a folder for the files it is run on.
struct CommandScene {
  std::string subcommand;
  TemporaryFolder folder = {};

  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  /// What it prints with --json and these arguments; checks the exit status.
  nlohmann::json run_json(std::vector<std::string> arguments, int expected_status = 0) const;
  /// As above, of the subcommand and this folder.
  std::string failure(std::vector<std::string> arguments, int expected_status) const;
};

}  // namespace croquis::test
