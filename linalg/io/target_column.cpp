// Which column of a file a text names.
#include <croquis/errors.hpp>

#include "linalg/io/formats.hpp"
#include "linalg/io/number.hpp"

namespace croquis::io {

std::optional<std::int64_t> column_index(const std::string& text, std::int64_t cols) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  std::int64_t index = 0;
  if (parse_integer(text.data(), text.data() + text.size(), index) == nullptr || index >= cols) return std::nullopt;
  return index;
}

std::int64_t target_column(const std::string& target, std::int64_t cols, const std::string& file) {
  const std::optional<std::int64_t> index = column_index(target, cols);
  if (!index)
    throw InvalidOption("target: " + file + " has no column " + quote(target) + "; its columns are 0 to " +
                        std::to_string(cols - 1));
  return *index;
}

}  // namespace croquis::io
