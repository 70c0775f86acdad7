// The options of `croquis classify`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "tools/input_options.hpp"
#include "tools/report_options.hpp"

namespace croquis::tools {

struct ClassifyOptions : InputOptions, ReportOptions {
  ClassifyOptions() { intercept = true; }

  std::string kernel = "linear";
  std::optional<double> bandwidth;
  std::optional<std::int64_t> centres;
  std::string loss = "automatic";
  std::optional<double> ridge;
  std::vector<double> ridges;
  std::int64_t folds = 0;
  std::optional<std::filesystem::path> test;
  std::optional<std::filesystem::path> model;
  std::optional<std::filesystem::path> save_model;
  std::optional<std::filesystem::path> predictions;
  std::optional<std::filesystem::path> output;
  std::optional<double> tolerance;
  std::int64_t iteration_limit = 200;
  std::uint64_t seed = 0;
  int threads = 0;
};

/// Adds the subcommand `classify`, which fills `options`.
CLI::App* add_classify_command(CLI::App& app, ClassifyOptions& options);

}  // namespace croquis::tools
