// A file that appears whole or not at all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace croquis::io {

/// Collects what is written in a temporary file beside `path`; `commit` renames it to `path`. Without `commit` the
/// destructor removes it. Where the file system allows it, the temporary file has no name before `commit`: then nothing
/// is left of it when the process is killed. Throws `FileError` naming `path`.
class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const char* bytes, std::size_t size);
  void commit();

 private:
  template <class Make>
  void with_temporary_name(const Make& make);
  std::string named_by_process() const;
  void flush();
  [[noreturn]] void fail() const;

  std::filesystem::path path_;
  std::string temporary_;
  std::vector<char> buffer_;
  int file_ = -1;
};

}  // namespace croquis::io
