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
  // A device or a pipe would be replaced by a file of its name.
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored))
    throw FileError(path.string() + ": cannot be written: it is not a regular file");
  const std::filesystem::path folder = folder_of(path);
  if (!std::filesystem::is_directory(folder, ignored)) throw FileError(path.string() + ": there is no such folder");
  if (access(folder.c_str(), W_OK) != 0) throw FileError(path.string() + ": its folder cannot be written to");
}

bool name_one_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code error;
  return std::filesystem::weakly_canonical(std::filesystem::absolute(a, error), error) ==
         std::filesystem::weakly_canonical(std::filesystem::absolute(b, error), error);
}

void write_text_file(const std::filesystem::path& path, const std::string& bytes) {
  std::error_code error;
  // Through a link, as matrices are written.
  const bool is_link = std::filesystem::is_symlink(path, error);
  const std::filesystem::path target = is_link ? std::filesystem::weakly_canonical(path, error) : path;
  const std::filesystem::path temporary = target.string() + ".part" + std::to_string(getpid());
  std::ofstream file(temporary, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  error.clear();
  if (file) std::filesystem::rename(temporary, target, error);
  if (file && !error) return;
  std::error_code ignored;
  std::filesystem::remove(temporary, ignored);
  throw FileError(path.string() + ": cannot be written");
}

}  // namespace croquis::tools
