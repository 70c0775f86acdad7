// The options of `croquis solve`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <croquis/solvers/bootstrap.hpp>

#include "tools/input_options.hpp"
#include "tools/report_options.hpp"

namespace croquis::tools {

struct SolveOptions : InputOptions, ReportOptions {
  std::optional<std::filesystem::path> output;

  std::string method = "automatic";
  std::string sketch = "automatic";
  std::int64_t sketch_rows = 0;
  std::int64_t nonzeros = 0;
  std::uint64_t seed = 0;
  double tolerance = 0;
  double rcond = 0;
  std::int64_t iteration_limit = 0;
  int threads = 0;
  bool bootstrap = false;
  std::optional<double> confidence = std::nullopt;

  bool stream = false;
  bool one_pass = false;
  std::int64_t block_rows = 0;
  std::int64_t cols = 0;  ///< of an svmlight A; 0: not known

  double ridge = 0;
  std::optional<std::string> weights;
  bool minimum_norm = false;
  std::vector<std::filesystem::path> constraints;  ///< none, or the files of C and d

  bool compare = false;

  bool streamed() const { return stream || one_pass; }
  /// How to find error bars, where there are to be some.
  BootstrapOptions resampling() const {
    BootstrapOptions result{.seed = seed};
    if (confidence) result.confidence = *confidence;
    return result;
  }
};

/// Adds the subcommand `solve`, which fills `options`.
CLI::App* add_solve_command(CLI::App& app, SolveOptions& options);

}  // namespace croquis::tools
