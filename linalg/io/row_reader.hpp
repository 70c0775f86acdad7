// The readers of row blocks, one per format.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/linalg/read_matrix.hpp>

#include "linalg/io/reader.hpp"
#include "linalg/io/svmlight_rows.hpp"

namespace croquis::io {

/// Doubles in one piece of memory that grows as they come, and is kept for the next ones.
class EntryBuffer {
 public:
  void clear() { size_ = 0; }
  /// Room for `entries` more, which belong to the buffer from now on; valid until the next call.
  double* extend(std::int64_t entries);
  double* data() { return memory_.data(); }
  const double* data() const { return memory_.data(); }
  std::int64_t size() const { return size_; }
  std::int64_t capacity() const { return memory_.rows(); }

 private:
  Matrix<double> memory_;
  std::int64_t size_ = 0;
};

/// What the columns of a file are.
struct FileColumns {
  std::int64_t count = 0;  ///< without the target
  bool has_target = false;
  std::vector<std::string> names = {};
  std::string target_name = {};
  bool operator==(const FileColumns&) const = default;
};

/// A file's rows, in order, in blocks. Each block takes the memory of the one before it.
class RowReader {
 public:
  virtual ~RowReader() = default;
  virtual FileColumns columns() const = 0;
  /// Reads the next block: `most_rows` rows, or if that is 0 as many as fill `bytes`, at least one; fewer at the end of
  /// the file. Returns how many.
  virtual std::int64_t next(std::int64_t most_rows, std::int64_t bytes) = 0;
  virtual AnyMatrixView<double> a() const = 0;
  virtual const std::vector<double>& target() const = 0;
  virtual std::int64_t block_bytes() const = 0;
};

/// The reader for a file of this format, not `automatic`, that `reader` stands at the beginning of; `svmlight` says
/// what the columns of an svmlight file are. Throws `FileError` for a file that cannot be read by rows.
std::unique_ptr<RowReader> make_row_reader(Reader& reader, FileFormat format, const std::optional<std::string>& target,
                                           const SvmlightColumns& svmlight);

}  // namespace croquis::io
