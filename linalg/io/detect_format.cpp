// Telling a file's format by what it holds.
#include <algorithm>
#include <string>

#include <croquis/errors.hpp>

#include "linalg/io/formats.hpp"
#include "linalg/io/number.hpp"

namespace croquis::io {
namespace {

// The extension in lower case, without that of the compression: ".csv" for "Data.CSV.gz".
std::string format_extension(const std::string& name) {
  std::filesystem::path path(name);
  if (lower_case(path.extension().string()) == ".gz") path = path.stem();
  return lower_case(path.extension().string());
}

// What the first word after a row's label says: nothing, "index:value", or something else.
enum class RowKind { label_only, labelled, other };

RowKind row_kind(std::string_view line) {
  double number = 0;
  const std::string_view label = word_at(line.data(), line.data() + line.size());
  if (!is_real(label, number)) return RowKind::other;
  const std::string_view rest = trimmed(line.substr(label.size()));
  if (rest.empty()) return RowKind::label_only;
  const std::string_view pair = word_at(rest.data(), rest.data() + rest.size());
  if (pair.starts_with("qid:")) return RowKind::labelled;
  const std::size_t colon = pair.find(':');
  std::int64_t index = 0;
  return colon != std::string_view::npos &&
                 parse_integer(pair.data(), pair.data() + colon, index) == pair.data() + colon
             ? RowKind::labelled
             : RowKind::other;
}

bool is_svmlight_extension(const std::string& extension) {
  return extension == ".svm" || extension == ".svmlight" || extension == ".libsvm";
}

}  // namespace

FileFormat detect_format(Reader& reader) {
  std::string_view start = reader.peek();
  if (start.empty()) reader.fail("is empty");
  if (start.starts_with("\x93NUMPY")) return FileFormat::npy;
  if (start.starts_with("\xff\xfe") || start.starts_with("\xfe\xff"))
    reader.fail_at_byte(0, "is UTF-16 text; convert it to UTF-8");
  if (start.find('\0') != std::string_view::npos)
    reader.fail_at_byte(static_cast<std::int64_t>(start.find('\0')),
                        "is neither Matrix Market, .npy, csv, tsv nor svmlight: binary data");
  if (start.starts_with("\xef\xbb\xbf")) start.remove_prefix(3);
  if (lower_case(start.substr(0, 14)) == "%%matrixmarket") return FileFormat::matrix_market;

  const std::string extension = format_extension(reader.name());
  std::string_view text = start;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (const std::size_t comment = line.find('#'); comment != std::string_view::npos)
      line = trimmed(line.substr(0, comment));
    if (line.empty()) continue;
    const RowKind kind = row_kind(line);
    if (kind == RowKind::labelled) return FileFormat::svmlight;
    if (kind == RowKind::other) break;
    if (is_svmlight_extension(extension)) return FileFormat::svmlight;
  }

  const std::string_view first_line = start.substr(0, start.find('\n'));
  const bool commas = first_line.find(',') != std::string_view::npos;
  const bool tabs = first_line.find('\t') != std::string_view::npos;
  if (tabs && (!commas || extension == ".tsv")) return FileFormat::tsv;
  if (!commas && extension == ".tsv") return FileFormat::tsv;
  return FileFormat::csv;
}

}  // namespace croquis::io
