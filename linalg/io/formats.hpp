// The readers, one per format: each takes a file from its first byte to its last.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <croquis/linalg/read_matrix.hpp>

#include "linalg/io/reader.hpp"

namespace croquis::io {

/// The format of the file `reader` stands at the beginning of. Throws `FileError` if it is none that croquis reads.
FileFormat detect_format(Reader& reader);

MatrixFile read_matrix_market(Reader& reader);
MatrixFile read_npy(Reader& reader);
/// `separator` is ',' or a tab.
MatrixFile read_csv(Reader& reader, char separator, const std::optional<std::string>& target);
/// `first_index` is what the indices count from; without it the file tells.
MatrixFile read_svmlight(Reader& reader, std::optional<std::int64_t> first_index);

/// `text` as a zero-based index below `cols`, or nothing if it is not one.
std::optional<std::int64_t> column_index(const std::string& text, std::int64_t cols);

/// The column `target` of a file whose columns have no names. Throws `InvalidOption` naming the file and its columns.
std::int64_t target_column(const std::string& target, std::int64_t cols, const std::string& file);

}  // namespace croquis::io
