// The options of `croquis sketch`.
#pragma once

#include <cstdint>

#include "tools/input_options.hpp"
#include "tools/report_options.hpp"

namespace croquis::tools {

struct SketchOptions : InputOptions, ReportOptions {
  std::filesystem::path output;
  std::string sketch = "sparse-sign";
  std::int64_t sketch_rows = 0;
  double ratio = 0;
  std::int64_t nonzeros = 0;
  std::uint64_t seed = 0;
  int threads = 0;
};

/// Adds the subcommand `sketch`, which fills `options`.
CLI::App* add_sketch_command(CLI::App& app, SketchOptions& options);

}  // namespace croquis::tools
