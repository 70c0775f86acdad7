#include "tools/text_file.hpp"

#include <fstream>
#include <system_error>

#include <unistd.h>

#include <croquis/errors.hpp>

namespace croquis::tools {
namespace {

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace

void check_text_file_writable(const std::filesystem::path& path) {
  if (path.empty()) throw FileError("an output file has an empty name");
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) throw FileError(path.string() + ": is a folder");
  const std::filesystem::path folder = folder_of(path);
  if (!std::filesystem::is_directory(folder, ignored)) throw FileError(path.string() + ": there is no such folder");
  if (access(folder.c_str(), W_OK) != 0) throw FileError(path.string() + ": its folder cannot be written to");
}

void write_text_file(const std::filesystem::path& path, const std::string& bytes) {
  const std::filesystem::path temporary = path.string() + ".part" + std::to_string(getpid());
  std::ofstream file(temporary, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(temporary, path, error);
  if (file && !error) return;
  std::error_code ignored;
  std::filesystem::remove(temporary, ignored);
  throw FileError(path.string() + ": cannot be written");
}

}  // namespace croquis::tools
