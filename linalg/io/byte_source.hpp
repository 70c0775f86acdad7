// The bytes of a file, decompressed if it is gzip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace croquis::io {

/// A file read once from front to back. Gzip, told by its first two bytes, is decompressed on the way: all members
/// of a concatenation, each checked against its length and checksum. Throws `FileError` naming the file.
class ByteSource {
 public:
  explicit ByteSource(const std::filesystem::path& path);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Reads up to `size` bytes, at least one unless the file has ended.
  std::size_t read(char* to, std::size_t size);

  const std::string& name() const { return name_; }

 private:
  class Inflater;

  std::size_t read_file(char* to, std::size_t size);

  std::string name_;
  int file_ = -1;
  // What was read to tell gzip from other files and is still to be handed out.
  char first_[2] = {};
  std::size_t first_begin_ = 0;
  std::size_t first_end_ = 0;
  std::unique_ptr<Inflater> inflater_;
};

}  // namespace croquis::io
