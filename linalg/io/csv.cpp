// Comma- and tab-separated values (RFC 4180, except that a quoted field stays on its line).
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/io/entry_list.hpp"
#include "linalg/io/formats.hpp"
#include "linalg/io/number.hpp"

namespace croquis::io {
namespace {

struct Field {
  std::string_view text;  // without the blanks and quotes around it
  bool in_quotes = false;
};

// A name in quotes spells a quote inside it twice.
std::string unescaped(const Field& field) {
  std::string result(field.text);
  if (!field.in_quotes) return result;
  for (std::size_t at = result.find("\"\""); at != std::string::npos; at = result.find("\"\"", at + 1))
    result.erase(at, 1);
  return result;
}

class CsvReader {
 public:
  CsvReader(Reader& reader, char separator) : reader_(reader), separator_(separator) {}

  MatrixFile read(const std::optional<std::string>& target) {
    std::string_view line;
    if (!reader_.next_line(line)) reader_.fail("is empty");
    const std::vector<Field> first = split(line);
    const bool has_header = is_header(first);
    cols_ = static_cast<std::int64_t>(first.size());
    if (has_header) {
      for (const Field& field : first) names_.push_back(unescaped(field));
    }
    if (target) target_ = find_target(*target);
    if (!has_header) read_row(line);
    read_rows();
    if (rows_ == 0) reader_.fail_at_line("there is no row of numbers");
    return result();
  }

 private:
  // The field at p, and what follows its separator; null after the last field.
  const char* split_field(const char* p, const char* last, Field& field) const {
    p = skip_space(p, last);
    const char* end = p;
    if (p != last && *p == '"') {
      for (++end;;) {
        end = std::find(end, last, '"');
        if (end == last) reader_.fail_at_line("a quote is not closed on its line: " + quote({p, last}));
        if (end + 1 == last || end[1] != '"') break;
        end += 2;
      }
      field = {{p + 1, end}, true};
      end = skip_space(end + 1, last);
      if (end != last && *end != separator_)
        reader_.fail_at_line("there is more after the closing quote: " + quote({p, last}));
    } else {
      end = std::find(p, last, separator_);
      field = {trimmed({p, end}), false};
    }
    return end == last ? nullptr : end + 1;
  }

  std::vector<Field> split(std::string_view line) const {
    std::vector<Field> fields;
    const char* const last = line.data() + line.size();
    for (const char* p = line.data(); p != nullptr; p = split_field(p, last, fields.back())) fields.emplace_back();
    return fields;
  }

  // A first line without any number holds the names; one of numbers is data. A mixture is refused, for taking it as
  // names could drop a damaged row of data; numbers that are names can be put in quotes.
  bool is_header(const std::vector<Field>& fields) const {
    bool names = false;
    bool bare_numbers = false;
    double value = 0;
    for (const Field& field : fields) {
      const bool number = is_real(field.text, value);
      names = names || (!number && !field.text.empty());
      bare_numbers = bare_numbers || (number && !field.in_quotes);
    }
    if (names && bare_numbers)
      reader_.fail_at_line(
          "the line mixes numbers and text, so it is neither data nor names of columns "
          "(names that look like numbers must be in quotes)");
    return names;
  }

  std::int64_t find_target(const std::string& target) const {
    const auto found = std::find(names_.begin(), names_.end(), target);
    if (found != names_.end()) {
      if (std::find(found + 1, names_.end(), target) != names_.end())
        throw InvalidOption("target: " + reader_.name() + " has more than one column named " + quote(target));
      return found - names_.begin();
    }
    const std::optional<std::int64_t> index = column_index(target, cols_);
    if (index) return *index;
    std::string known;
    for (const std::string& name : names_) {
      if (known.size() > 300) {
        known += ", ...";
        break;
      }
      known += (known.empty() ? ": " : ", ") + name;
    }
    throw InvalidOption("target: " + reader_.name() + " has no column " + quote(target) + " among its " +
                        std::to_string(cols_) + " columns" + known);
  }

  void read_rows() {
    std::string_view line;
    std::int64_t blank_line = 0;
    while (reader_.next_line(line)) {
      if (trimmed(line).empty()) {
        if (blank_line == 0) blank_line = reader_.line();
        continue;
      }
      if (blank_line != 0)
        reader_.fail_at_line("there is more data after the blank line " + std::to_string(blank_line));
      read_row(line);
    }
  }

  // Data movement: one pass over the line; a number in its plain form is parsed where it lies.
  void read_row(std::string_view line) {
    const char* p = line.data();
    const char* const last = p + line.size();
    for (std::int64_t column = 0; column < cols_; ++column) {
      if (p == nullptr) fail_count(line);
      double value = 0;
      const char* const field = skip_space(p, last);
      const char* next = parse_real(field, last, value);
      if (next != nullptr) next = skip_space(next, last);
      if (next != nullptr && next == last) {
        p = nullptr;
      } else if (next != nullptr && *next == separator_) {
        p = next + 1;
      } else {
        p = read_unusual(line, field, column, value);
      }
      (column == target_ ? targets_ : entries_).push_back(value);
    }
    if (p != nullptr) fail_count(line);
    ++rows_;
  }

  // A field that is not a bare number: one in quotes, or an error.
  const char* read_unusual(std::string_view line, const char* p, std::int64_t column, double& value) const {
    Field field;
    const char* next = split_field(p, line.data() + line.size(), field);
    if (is_real(trimmed(field.text), value)) return next;
    if (next == nullptr && column + 1 < cols_) fail_count(line);
    std::string where = "column " + std::to_string(column);
    if (!names_.empty()) where += " (" + quote(names_[static_cast<std::size_t>(column)]) + ")";
    if (field.text.empty())
      reader_.fail_at_line(where + ": the value is missing; fill it in, or leave the row or the column out");
    const bool first_row = rows_ == 0;
    reader_.fail_at_line(where + ": " + quote(field.text) + " is not a number" +
                         (first_row ? "; if the column holds text, leave it out or encode it as numbers" : ""));
  }

  [[noreturn]] void fail_count(std::string_view line) const {
    const auto plural = [](std::int64_t count) { return std::to_string(count) + (count == 1 ? " field" : " fields"); };
    reader_.fail_at_line(plural(static_cast<std::int64_t>(split(line).size())) + ", but line 1 has " + plural(cols_));
  }

  // Blanks around a field do not count; in tsv a tab is not one.
  const char* skip_space(const char* p, const char* last) const {
    while (p != last && is_blank(*p) && *p != separator_) ++p;
    return p;
  }

  MatrixFile result() {
    MatrixFile file;
    file.format = separator_ == ',' ? FileFormat::csv : FileFormat::tsv;
    if (target_ >= 0) {
      const Matrix<double> target = targets_.take(rows_, 1, Layout::column_major);
      file.target.assign(target.entries().begin(), target.entries().end());
      if (!names_.empty()) {
        file.target_name = names_[static_cast<std::size_t>(target_)];
        names_.erase(names_.begin() + target_);
      }
    }
    file.column_names = std::move(names_);
    file.matrix = entries_.take(rows_, cols_ - (target_ >= 0 ? 1 : 0), Layout::row_major);
    return file;
  }

  Reader& reader_;
  char separator_;
  std::vector<std::string> names_;
  std::int64_t cols_ = 0;
  std::int64_t rows_ = 0;
  std::int64_t target_ = -1;
  EntryList entries_;
  EntryList targets_;
};

}  // namespace

std::optional<std::int64_t> column_index(const std::string& text, std::int64_t cols) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  std::int64_t index = 0;
  if (parse_integer(text.data(), text.data() + text.size(), index) == nullptr || index >= cols) return std::nullopt;
  return index;
}

MatrixFile read_csv(Reader& reader, char separator, const std::optional<std::string>& target) {
  return CsvReader(reader, separator).read(target);
}

}  // namespace croquis::io
