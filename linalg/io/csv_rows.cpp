#include "linalg/io/csv_rows.hpp"

#include <algorithm>

#include <croquis/errors.hpp>

#include "linalg/io/formats.hpp"
#include "linalg/io/number.hpp"

namespace croquis::io {
namespace {

// A name in quotes spells a quote inside it twice.
std::string unescaped(const CsvField& field) {
  std::string result(field.text);
  if (!field.in_quotes) return result;
  for (std::size_t at = result.find("\"\""); at != std::string::npos; at = result.find("\"\"", at + 1))
    result.erase(at, 1);
  return result;
}

}  // namespace

CsvRows::CsvRows(Reader& reader, char separator, const std::optional<std::string>& target)
    : reader_(reader), separator_(separator) {
  std::string_view line;
  if (!reader_.next_line(line)) reader_.fail("is empty");
  const std::vector<CsvField> first = split(line);
  fields_ = static_cast<std::int64_t>(first.size());
  if (is_header(first)) {
    for (const CsvField& field : first) names_.push_back(unescaped(field));
  } else {
    first_line_ = line;
  }
  if (target) target_ = find_target(*target);
}

std::vector<std::string> CsvRows::column_names() const {
  std::vector<std::string> names = names_;
  if (has_target() && !names.empty()) names.erase(names.begin() + target_);
  return names;
}

std::string CsvRows::target_name() const {
  return has_target() && !names_.empty() ? names_[static_cast<std::size_t>(target_)] : std::string();
}

// The field at p, and what follows its separator; null after the last field.
const char* CsvRows::split_field(const char* p, const char* last, CsvField& field) const {
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

std::vector<CsvField> CsvRows::split(std::string_view line) const {
  std::vector<CsvField> fields;
  const char* const last = line.data() + line.size();
  for (const char* p = line.data(); p != nullptr; p = split_field(p, last, fields.back())) fields.emplace_back();
  return fields;
}

// A first line without any number holds the names; one of numbers is data. A mixture is refused, for taking it as
// names could drop a damaged row of data; numbers that are names can be put in quotes.
bool CsvRows::is_header(const std::vector<CsvField>& fields) const {
  bool names = false;
  bool bare_numbers = false;
  double value = 0;
  for (const CsvField& field : fields) {
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

std::int64_t CsvRows::find_target(const std::string& target) const {
  const auto found = std::find(names_.begin(), names_.end(), target);
  if (found != names_.end()) {
    if (std::find(found + 1, names_.end(), target) != names_.end())
      throw InvalidOption("target: " + reader_.name() + " has more than one column named " + quote(target));
    return found - names_.begin();
  }
  const std::optional<std::int64_t> index = column_index(target, fields_);
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
                      std::to_string(fields_) + " columns" + known);
}

// The next line that is not blank.
bool CsvRows::next_line(std::string_view& line) {
  if (first_line_) {
    line = *first_line_;
    first_line_.reset();
    return true;
  }
  std::int64_t blank_line = 0;
  while (reader_.next_line(line)) {
    if (!trimmed(line).empty()) {
      if (blank_line != 0)
        reader_.fail_at_line("there is more data after the blank line " + std::to_string(blank_line));
      return true;
    }
    if (blank_line == 0) blank_line = reader_.line();
  }
  return false;
}

// Data movement: one pass over the line; a number in its plain form is parsed where it lies.
bool CsvRows::next(double* row, double& target) {
  std::string_view line;
  if (!next_line(line)) {
    if (rows_ == 0) reader_.fail_at_line("there is no row of numbers");
    return false;
  }
  const char* p = line.data();
  const char* const last = p + line.size();
  for (std::int64_t column = 0; column < fields_; ++column) {
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
    (column == target_ ? target : *row++) = value;
  }
  if (p != nullptr) fail_count(line);
  ++rows_;
  return true;
}

// A field that is not a bare number: one in quotes, or an error.
const char* CsvRows::read_unusual(std::string_view line, const char* p, std::int64_t column, double& value) const {
  CsvField field;
  const char* next = split_field(p, line.data() + line.size(), field);
  if (is_real(trimmed(field.text), value)) return next;
  if (next == nullptr && column + 1 < fields_) fail_count(line);
  std::string where = "column " + std::to_string(column);
  if (!names_.empty()) where += " (" + quote(names_[static_cast<std::size_t>(column)]) + ")";
  if (field.text.empty())
    reader_.fail_at_line(where + ": the value is missing; fill it in, or leave the row or the column out");
  std::string hint;
  if (field.text.find(';') != std::string_view::npos) {
    hint = "; fields are separated by commas, or by tabs";
  } else if (rows_ == 0) {
    hint = "; if the column holds text, leave it out or encode it as numbers";
  }
  reader_.fail_at_line(where + ": " + quote(field.text) + " is not a number" + hint);
}

void CsvRows::fail_count(std::string_view line) const {
  const auto plural = [](std::int64_t count) { return std::to_string(count) + (count == 1 ? " field" : " fields"); };
  reader_.fail_at_line(plural(static_cast<std::int64_t>(split(line).size())) + ", but line 1 has " + plural(fields_));
}

// Blanks around a field do not count; in tsv a tab is not one.
const char* CsvRows::skip_space(const char* p, const char* last) const {
  while (p != last && is_blank(*p) && *p != separator_) ++p;
  return p;
}

}  // namespace croquis::io
