// The entries of an .npy file as doubles, one after another.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "linalg/io/npy_header.hpp"

namespace croquis::io {

/// Reads the header, and then the entries in the order of the file.
class NpyEntries {
 public:
  /// Converts `count` numbers, their bytes swapped or not.
  using Convert = void (*)(const char* bytes, bool swap, std::int64_t count, double* to);

  explicit NpyEntries(Reader& reader);

  const NpyHeader& header() const { return header_; }
  std::int64_t promised() const { return header_.rows * header_.cols; }

  /// The next `count` entries. Throws `FileError` naming the byte if the file ends before.
  void read(std::int64_t count, double* to);
  /// Throws `FileError` if there is more in the file than was promised, all of which has been read.
  void expect_end();

  /// Whether entries can be read out of order: of a regular file that is not compressed.
  bool can_seek() const;
  /// Throws `FileError` as `read` and `expect_end` would, by the size of the file; if `can_seek()`.
  void check_size() const;
  /// The entries `first` and on of the file, of which `check_size` has been called.
  void read_at(std::int64_t first, std::int64_t count, double* to);

 private:
  std::pair<std::int64_t, char*> at_once(std::int64_t count, double* to);
  [[noreturn]] void fail_truncated(std::int64_t byte, std::int64_t entries) const;
  [[noreturn]] void fail_longer(std::int64_t byte) const;

  Reader& reader_;
  NpyHeader header_;
  Convert convert_;
  bool swap_;
  bool as_doubles_;
  std::int64_t first_byte_;
  std::int64_t done_ = 0;
  std::vector<char> bytes_;
};

}  // namespace croquis::io
