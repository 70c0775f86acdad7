// The options of `croquis spectrum`.
#pragma once

#include <cstdint>

#include "tools/input_options.hpp"
#include "tools/report_options.hpp"

namespace croquis::tools {

struct SpectrumOptions : InputOptions, TableAndPlotOptions {
  bool symmetric = false;
  std::int64_t top = 0;  // 0: six, or as many as there are
  std::string which = "largest";
  double tolerance = 1e-8;
  std::int64_t trace_products = 100;
  std::int64_t vectors = 10;
  std::int64_t steps = 80;
  double threshold = 1e-3;
  std::optional<double> ridge;
  double confidence = 0.9;
  std::uint64_t seed = 0;
  int threads = 0;
};

/// Adds the subcommand `spectrum`, which fills `options`.
CLI::App* add_spectrum_command(CLI::App& app, SpectrumOptions& options);

}  // namespace croquis::tools
