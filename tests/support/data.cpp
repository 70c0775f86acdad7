#include "tests/support/data.hpp"

#include <cstdlib>

namespace croquis::test {

std::optional<std::filesystem::path> data_folder() {
  std::filesystem::path folder;
  if (const char* given = std::getenv("CROQUIS_DATA")) {
    folder = given;
  } else if (const char* root = std::getenv("CROQUIS_SOURCE_ROOT")) {
    folder = std::filesystem::path(root).parent_path() / "shared" / "data";
  }
  if (folder.empty() || !std::filesystem::is_directory(folder)) return std::nullopt;
  return folder;
}

}  // namespace croquis::test
