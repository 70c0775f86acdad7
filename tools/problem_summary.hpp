// What the reports say about a problem.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace croquis::tools {

/// How a problem was read that is not in memory whole.
struct StreamSummary {
  bool replayed = false;
  std::int64_t readings = 0;
  std::int64_t blocks = 0;     ///< of one reading
  std::int64_t rows_read = 0;  ///< over all readings
  std::int64_t peak_block_bytes = 0;
};

struct ProblemSummary {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t vectors = 0;
  bool dense = true;
  std::int64_t stored_entries = 0;
  std::int64_t constraints = 0;
  std::vector<std::string> column_names = {};  ///< empty if the file gave none
  double read_seconds = 0;
  std::optional<StreamSummary> stream = std::nullopt;
};

/// The name of coefficient `j`; empty if the columns have none.
inline std::string coefficient_name(const std::vector<std::string>& column_names, std::int64_t j) {
  return column_names.empty() ? std::string() : column_names[static_cast<std::size_t>(j)];
}

}  // namespace croquis::tools
