// The rows of an svmlight (libsvm) file, one after another: "label index:value ... # comment", one row a line.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "linalg/io/reader.hpp"

namespace croquis::io {

/// Rows by their indices, as a CSR matrix has them, and a label for each.
struct SparseRows {
  std::vector<double> label;
  std::vector<std::int64_t> start{0};
  std::vector<std::int64_t> index;
  std::vector<double> value;

  std::int64_t rows() const { return static_cast<std::int64_t>(label.size()); }
  std::int64_t entries() const { return static_cast<std::int64_t>(index.size()); }
  void clear();
};

/// Adds the file's next row, its indices as written, to `rows`. False at the end of the file. Throws `FileError` naming
/// the line.
bool next_svmlight_row(Reader& reader, SparseRows& rows);

/// Which indices an svmlight file's columns have.
struct SvmlightColumns {
  std::int64_t first = 1;
  std::int64_t count = 0;
};

/// The indices seen in a whole file.
///
/// The format counts from one, but some programs write from zero. Where no index is 0 the two readings differ by an
/// empty first column alone, so a 0 anywhere settles it.
class SvmlightIndices {
 public:
  void see(std::int64_t index) {
    smallest_ = std::min(smallest_, index);
    largest_ = std::max(largest_, index);
  }
  /// `from` is what the indices are known to count from.
  SvmlightColumns columns(std::optional<std::int64_t> from = std::nullopt) const {
    const std::int64_t first = std::min(smallest_, from.value_or(1));
    return {first, largest_ < 0 ? 0 : largest_ - first + 1};
  }

 private:
  std::int64_t smallest_ = 1;
  std::int64_t largest_ = -1;
};

}  // namespace croquis::io
