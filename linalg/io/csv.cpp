// Comma- and tab-separated values, whole.
#include <algorithm>
#include <vector>

#include "linalg/io/csv_rows.hpp"
#include "linalg/io/entry_list.hpp"
#include "linalg/io/formats.hpp"

namespace croquis::io {

MatrixFile read_csv(Reader& reader, char separator, const std::optional<std::string>& target) {
  CsvRows rows(reader, separator, target);
  MatrixFile file;
  EntryList entries;
  std::vector<double> row(static_cast<std::size_t>(rows.cols()));
  std::int64_t count = 0;
  double value = 0;
  for (; rows.next(row.data(), value); ++count) {
    entries.append(row);
    if (rows.has_target()) file.target.push_back(value);
  }
  file.format = separator == ',' ? FileFormat::csv : FileFormat::tsv;
  file.column_names = rows.column_names();
  file.target_name = rows.target_name();
  file.matrix = entries.take(count, rows.cols(), Layout::row_major);
  return file;
}

}  // namespace croquis::io
