// Writing a file whole or not at all.
#pragma once

#include <filesystem>
#include <string>

namespace croquis::tools {

/// Writes `bytes` beside `path` under a temporary name and renames it. Throws `FileError`; an existing file is then
/// unchanged.
void write_text_file(const std::filesystem::path& path, const std::string& bytes);

/// Throws `FileError` if `path` is a folder or its own folder cannot be written to.
void check_text_file_writable(const std::filesystem::path& path);

/// Whether both names, however spelled, are those of one file, which need not exist.
bool name_one_file(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace croquis::tools
