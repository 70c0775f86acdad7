// The options of `croquis fit`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "tools/input_options.hpp"

namespace croquis::tools {

struct FitOptions : InputOptions {
  FitOptions() { intercept = true; }

  std::optional<std::filesystem::path> output;
  std::optional<std::filesystem::path> covariance;
  double rcond = 0;
  std::uint64_t seed = 0;
  int threads = 0;

  bool json = false;
  bool quiet = false;
};

/// Adds the subcommand `fit`, which fills `options`.
CLI::App* add_fit_command(CLI::App& app, FitOptions& options);

}  // namespace croquis::tools
