// The bytes of a file, decompressed if it is gzip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace croquis::io {

/// What a regular file is known by, and whether it was written to since: equal as long as it is the same and unchanged.
struct FileState {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified_seconds = 0;
  std::int64_t modified_nanoseconds = 0;
  bool operator==(const FileState&) const = default;
};

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

  /// Reads `size` bytes from byte `first` of the file on, wherever `read` stands; fewer only at the end of the file.
  /// For regular files that are not compressed.
  std::size_t read_at(std::int64_t first, char* to, std::size_t size) const;

  bool compressed() const { return inflater_ != nullptr; }
  /// Of a regular file, as it is now; nothing for a pipe and the like, which are read but once.
  std::optional<FileState> state() const;
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
