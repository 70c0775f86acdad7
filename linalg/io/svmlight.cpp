// svmlight (libsvm) files: "label index:value ... # comment", one row a line.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "linalg/io/formats.hpp"
#include "linalg/io/number.hpp"

namespace croquis::io {
namespace {

struct Rows {
  std::vector<double> label;
  std::vector<std::int64_t> start{0};
  std::vector<std::int64_t> index;  // as written
  std::vector<double> value;
};

void read_row(const Reader& reader, std::string_view line, Rows& rows) {
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

MatrixFile read_svmlight(Reader& reader) {
  Rows rows;
  std::string_view line;
  while (reader.next_line(line)) {
    line = trimmed(line.substr(0, line.find('#')));
    if (!line.empty()) read_row(reader, line, rows);
  }
  if (rows.label.empty()) reader.fail("holds no row");

  // The format counts from one, but some programs write from zero. Where no index is 0 the two readings differ by an
  // empty first column alone, so a 0 anywhere settles it.
  std::int64_t smallest = 1;
  std::int64_t largest = 0;
  for (const std::int64_t index : rows.index) {
    smallest = std::min(smallest, index);
    largest = std::max(largest, index);
  }
  const std::int64_t base = smallest == 0 ? 0 : 1;
  for (std::int64_t& index : rows.index) index -= base;
  const auto count = static_cast<std::int64_t>(rows.label.size());
  const std::int64_t cols = rows.index.empty() ? 0 : largest - base + 1;

  MatrixFile file;
  file.matrix = SparseMatrix<double>(count, cols, std::move(rows.start), std::move(rows.index), std::move(rows.value));
  file.target = std::move(rows.label);
  file.format = FileFormat::svmlight;
  return file;
}

}  // namespace croquis::io
