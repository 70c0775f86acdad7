// The options of `croquis fit`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tools/input_options.hpp"
#include "tools/report_options.hpp"

namespace croquis::tools {

struct FitOptions : InputOptions, ReportOptions {
  FitOptions() { intercept = true; }

  std::optional<std::string> model;  ///< an expression; without one the model is linear
  std::vector<std::string> start;
  std::vector<std::string> bounds;
  std::optional<std::string> loss;
  std::optional<std::string> weights;
  std::int64_t iteration_limit = 0;  ///< 0: the solver's

  std::optional<std::filesystem::path> output;
  std::optional<std::filesystem::path> covariance;
  double rcond = 0;
  std::uint64_t seed = 0;
  int threads = 0;
};

/// Adds the subcommand `fit`, which fills `options`.
CLI::App* add_fit_command(CLI::App& app, FitOptions& options);

}  // namespace croquis::tools
