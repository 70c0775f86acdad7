// The options of `croquis profile`.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/input_options.hpp"
#include "tools/report_options.hpp"

namespace croquis::tools {

struct ProfileOptions : InputOptions, TableAndPlotOptions {
  std::vector<std::string> families;
  std::vector<double> ratios;
  std::int64_t seeds = 9;
  double distortion = 0.5;
  std::int64_t solves = 2;
  std::uint64_t seed = 0;
  int threads = 0;
};

/// Adds the subcommand `profile`, which fills `options`.
CLI::App* add_profile_command(CLI::App& app, ProfileOptions& options);

}  // namespace croquis::tools
