#include "linalg/io/svmlight_rows.hpp"

#include <limits>
#include <string>
#include <string_view>

#include "linalg/io/number.hpp"

namespace croquis::io {
namespace {

void read_row(const Reader& reader, std::string_view line, SparseRows& rows) {
  const char* p = line.data();
  const char* const last = p + line.size();
  double number = 0;
  const char* next = parse_real(p, last, number);
  if (next == nullptr || (next != last && !is_blank(*next)))
    reader.fail_at_line("the label " + quote(word_at(p, last)) + " is not a number");
  rows.label.push_back(number);

  std::int64_t previous = -1;
  for (p = skip_blanks(next, last); p != last; p = skip_blanks(next, last)) {
    const std::string_view word = word_at(p, last);
    if (word.starts_with("qid:")) {
      next = p + word.size();
      continue;
    }
    std::int64_t index = 0;
    next = parse_integer(p, last, index);
    if (next == nullptr || next == last || *next != ':') reader.fail_at_line(quote(word) + " is not index:value");
    if (index == std::numeric_limits<std::int64_t>::max()) reader.fail_at_line("the index is too large");
    if (index < 0) reader.fail_at_line("the index " + std::to_string(index) + " is negative");
    if (index <= previous)
      reader.fail_at_line("the index " + std::to_string(index) + " comes after " + std::to_string(previous) +
                          ": indices must ascend");
    next = parse_real(next + 1, last, number);
    if (next == nullptr || (next != last && !is_blank(*next)))
      reader.fail_at_line("the value of " + quote(word) + " is not a number");
    rows.index.push_back(index);
    rows.value.push_back(number);
    previous = index;
  }
  rows.start.push_back(static_cast<std::int64_t>(rows.index.size()));
}

}  // namespace

void SparseRows::clear() {
  label.clear();
  start.assign(1, 0);
  index.clear();
  value.clear();
}

bool next_svmlight_row(Reader& reader, SparseRows& rows) {
  std::string_view line;
  while (reader.next_line(line)) {
    line = trimmed(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    read_row(reader, line, rows);
    return true;
  }
  return false;
}

}  // namespace croquis::io
