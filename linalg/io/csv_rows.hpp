// The rows of a comma- or tab-separated file, one after another.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "linalg/io/reader.hpp"

namespace croquis::io {

/// A field of a line, without the blanks and quotes around it.
struct CsvField {
  std::string_view text;
  bool in_quotes = false;
};

/// Reads the header, if there is one, and then row by row (RFC 4180, except that a quoted field stays on its line).
class CsvRows {
 public:
  /// `separator` is ',' or a tab; `target` names the column to keep apart. Throws `FileError` for a first line that is
  /// neither names nor numbers, `InvalidOption` for a target that is not there.
  CsvRows(Reader& reader, char separator, const std::optional<std::string>& target);

  /// Columns without the target.
  std::int64_t cols() const { return fields_ - (has_target() ? 1 : 0); }
  bool has_target() const { return target_ >= 0; }
  /// The names of those columns and of the target; empty if the file has none.
  std::vector<std::string> column_names() const;
  std::string target_name() const;

  /// The next row's `cols()` numbers, and its target if there is one. False at the end of the file. Throws `FileError`
  /// naming the line, also at the end of a file without a row.
  bool next(double* row, double& target);

 private:
  const char* split_field(const char* p, const char* last, CsvField& field) const;
  std::vector<CsvField> split(std::string_view line) const;
  bool is_header(const std::vector<CsvField>& fields) const;
  std::int64_t find_target(const std::string& target) const;
  bool next_line(std::string_view& line);
  const char* read_unusual(std::string_view line, const char* p, std::int64_t column, double& value) const;
  const char* skip_space(const char* p, const char* last) const;
  [[noreturn]] void fail_count(std::string_view line) const;

  Reader& reader_;
  char separator_;
  std::vector<std::string> names_;  // the target's as well
  std::int64_t fields_ = 0;
  std::int64_t target_ = -1;
  std::int64_t rows_ = 0;
  std::optional<std::string_view> first_line_;  // while it is still to be handed out
};

}  // namespace croquis::io
