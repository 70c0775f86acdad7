// A buffered reader that hands out lines or bytes and knows where in the file it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "linalg/io/byte_source.hpp"

namespace croquis::io {

/// Reads a file through one buffer. Lines may end in "\n" or "\r\n"; a UTF-8 byte order mark is not part of the text.
///
/// Data movement: each byte is copied once into the buffer and parsed there; a line is a view of the buffer.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : source_(path), buffer_(std::size_t{1} << 16) {}

  /// The start of what is still unread, as much as the buffer holds (all of it if the file is shorter), for telling
  /// the format.
  std::string_view peek();

  /// The next line without its end; it is valid until the next call. False at the end of the file. Throws `FileError`
  /// for a line over 64 MiB: no table of numbers has one, and a damaged file must not fill the memory.
  bool next_line(std::string_view& line);

  /// Reads `size` bytes, fewer only at the end of the file. Returns how many.
  std::size_t read(char* to, std::size_t size);

  /// Number of the line last returned, from 1.
  std::int64_t line() const { return line_; }
  /// Bytes (decompressed) handed out so far.
  std::int64_t byte() const { return byte_; }
  const std::string& name() const { return source_.name(); }
  const ByteSource& source() const { return source_; }

  /// Throws `FileError` with "name:line: what", "name: byte byte: what" or "name: what".
  [[noreturn]] void fail_at_line(const std::string& what) const;
  [[noreturn]] void fail_at_byte(std::int64_t byte, const std::string& what) const;
  [[noreturn]] void fail(const std::string& what) const;

 private:
  bool refill();

  ByteSource source_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::int64_t line_ = 0;
  std::int64_t byte_ = 0;
  bool ended_ = false;
};

}  // namespace croquis::io
