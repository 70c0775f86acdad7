// The options of `croquis solve`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

// CLI11 takes long to compile, and only two files need more of it.
namespace CLI {
class App;
}

namespace croquis::tools {

struct SolveOptions {
  std::filesystem::path a;
  std::optional<std::filesystem::path> b;
  std::optional<std::filesystem::path> output;
  std::optional<std::string> target;
  std::string format = "automatic";
  bool intercept = false;

  std::string method = "automatic";
  std::string sketch = "automatic";
  std::int64_t sketch_rows = 0;
  std::int64_t nonzeros = 0;
  std::uint64_t seed = 0;
  double tolerance = 0;
  double rcond = 0;
  std::int64_t iteration_limit = 0;
  int threads = 0;

  bool compare = false;
  bool json = false;
  bool quiet = false;
};

/// Adds the subcommand `solve`, which fills `options`.
CLI::App* add_solve_command(CLI::App& app, SolveOptions& options);

}  // namespace croquis::tools
