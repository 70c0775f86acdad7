// Matrix Market files: https://math.nist.gov/MatrixMarket/formats.html
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "linalg/check.hpp"
#include "linalg/io/entry_list.hpp"
#include "linalg/io/formats.hpp"
#include "linalg/io/number.hpp"

namespace croquis::io {
namespace {

enum class Field { real, integer, pattern };
enum class Symmetry { general, symmetric, skew };

struct Header {
  bool coordinate = false;
  Field field = Field::real;
  Symmetry symmetry = Symmetry::general;
};

Header read_banner(Reader& reader) {
  std::string_view line;
  if (!reader.next_line(line)) reader.fail("is empty");
  std::array<std::string, 5> words;
  const char* p = line.data();
  const char* const last = p + line.size();
  for (std::string& word : words) {
    p = skip_blanks(p, last);
    word = lower_case(word_at(p, last));
    p += word.size();
  }
  const auto& [banner, object, format, field, symmetry] = words;
  if (banner != "%%matrixmarket") reader.fail_at_line("does not start with %%MatrixMarket");
  if (object != "matrix") reader.fail_at_line("holds a " + quote(object) + "; only a matrix is read");

  Header header;
  if (format == "coordinate") {
    header.coordinate = true;
  } else if (format != "array") {
    reader.fail_at_line("the format " + quote(format) + " is neither coordinate nor array");
  }
  if (field == "integer") {
    header.field = Field::integer;
  } else if (field == "pattern") {
    header.field = Field::pattern;
    if (!header.coordinate) reader.fail_at_line("an array cannot be of field pattern");
  } else if (field == "complex") {
    reader.fail_at_line("the matrix is complex; only real, integer and pattern matrices are read");
  } else if (field != "real" && field != "double") {
    reader.fail_at_line("the field " + quote(field) + " is not one of real, double, integer and pattern");
  }
  if (symmetry == "symmetric") {
    header.symmetry = Symmetry::symmetric;
  } else if (symmetry == "skew-symmetric") {
    header.symmetry = Symmetry::skew;
    if (header.field == Field::pattern) reader.fail_at_line("a pattern matrix cannot be skew-symmetric");
  } else if (symmetry != "general") {
    reader.fail_at_line("the symmetry " + quote(symmetry) + " is not one of general, symmetric and skew-symmetric" +
                        (symmetry == "hermitian" ? " (Hermitian matrices are complex)" : ""));
  }
  if (skip_blanks(p, last) != last) reader.fail_at_line("the header has more than five words");
  return header;
}

// The next line that says something; false at the end of the file.
bool next_content(Reader& reader, std::string_view& line) {
  while (reader.next_line(line)) {
    line = trimmed(line);
    if (!line.empty() && line.front() != '%') return true;
  }
  return false;
}

std::vector<std::int64_t> read_sizes(Reader& reader, std::size_t count) {
  const char* const meaning = count == 3 ? "\"rows columns entries\"" : "\"rows columns\"";
  std::string_view line;
  if (!next_content(reader, line)) reader.fail_at_line(std::string("truncated: no line with ") + meaning);
  std::vector<std::int64_t> sizes(count);
  const char* p = line.data();
  const char* const last = p + line.size();
  for (std::int64_t& size : sizes) {
    p = skip_blanks(p, last);
    const char* next = parse_integer(p, last, size);
    if (next == nullptr || (next != last && !is_blank(*next)))
      reader.fail_at_line(quote(line) + " should be " + meaning);
    if (size < 0) reader.fail_at_line("the size " + std::to_string(size) + " is negative");
    p = next;
  }
  if (skip_blanks(p, last) != last) reader.fail_at_line(quote(line) + " should be " + meaning);
  return sizes;
}

[[noreturn]] void fail_truncated(const Reader& reader, std::int64_t got, std::int64_t promised) {
  reader.fail_at_line("truncated: " + std::to_string(got) + " of the " + std::to_string(promised) +
                      " entries that the header promises");
}

[[noreturn]] void fail_surplus(const Reader& reader, std::int64_t promised) {
  reader.fail_at_line("there is more after the " + std::to_string(promised) + " entries that the header promises");
}

// One value and the blanks after it; returns what follows.
const char* read_value(const Reader& reader, Field field, const char* p, const char* last, double& value) {
  const char* next = parse_real(p, last, value);
  if (next == nullptr || (next != last && !is_blank(*next)))
    reader.fail_at_line(p == last ? "the value is missing" : quote(word_at(p, last)) + " is not a number");
  if (field == Field::integer && value != std::trunc(value))
    reader.fail_at_line(quote(word_at(p, last)) + " is not an integer, which the header promises");
  return skip_blanks(next, last);
}

const char* read_index(const Reader& reader, const char* p, const char* last, const char* which, std::int64_t size,
                       std::int64_t& index) {
  const char* next = parse_integer(p, last, index);
  if (next == nullptr || (next != last && !is_blank(*next)))
    reader.fail_at_line(p == last ? std::string("the ") + which + " is missing"
                                  : std::string("the ") + which + " " + quote(word_at(p, last)) + " is not an integer");
  if (index < 1 || index > size)
    reader.fail_at_line(std::string("the ") + which + " " + std::to_string(index) + " is outside 1.." +
                        std::to_string(size));
  --index;
  return skip_blanks(next, last);
}

void read_entry(const Reader& reader, const Header& header, std::int64_t rows, std::int64_t cols, std::string_view line,
                std::vector<Triplet<double>>& entries) {
  const char* p = line.data();
  const char* const last = p + line.size();
  Triplet<double> entry{0, 0, 1.0};
  p = read_index(reader, p, last, "row", rows, entry.row);
  p = read_index(reader, p, last, "column", cols, entry.col);
  if (header.field != Field::pattern) p = read_value(reader, header.field, p, last, entry.value);
  if (p != last) reader.fail_at_line(quote(word_at(p, last)) + " is more than an entry should have");

  if (header.symmetry != Symmetry::general) {
    if (entry.row < entry.col) reader.fail_at_line("the entry is above the diagonal of a symmetric matrix");
    if (entry.row == entry.col && header.symmetry == Symmetry::skew)
      reader.fail_at_line("the entry is on the diagonal of a skew-symmetric matrix");
  }
  entries.push_back(entry);
  if (header.symmetry != Symmetry::general && entry.row != entry.col)
    entries.push_back({entry.col, entry.row, header.symmetry == Symmetry::skew ? -entry.value : entry.value});
}

SparseMatrix<double> read_coordinate(Reader& reader, const Header& header) {
  const std::vector<std::int64_t> sizes = read_sizes(reader, 3);
  const std::int64_t rows = sizes[0];
  const std::int64_t cols = sizes[1];
  if (header.symmetry != Symmetry::general && rows != cols)
    reader.fail_at_line("a symmetric matrix cannot be " + shape_text(rows, cols));
  std::vector<Triplet<double>> entries;
  std::string_view line;
  for (std::int64_t k = 0; k < sizes[2]; ++k) {
    if (!next_content(reader, line)) fail_truncated(reader, k, sizes[2]);
    read_entry(reader, header, rows, cols, line, entries);
  }
  if (next_content(reader, line)) fail_surplus(reader, sizes[2]);

  // Row and column pointers are as long as the shape, which no entry confirms.
  constexpr std::int64_t always_allowed = std::int64_t{1} << 20;
  constexpr std::int64_t allowed_per_entry = std::int64_t{1} << 10;
  const auto allowed = always_allowed + allowed_per_entry * static_cast<std::int64_t>(entries.size());
  if (rows > allowed || cols > allowed)
    reader.fail("the header's shape, " + shape_text(rows, cols) + ", is not believable with " +
                std::to_string(entries.size()) + " entries");
  return SparseMatrix<double>::from_triplets(rows, cols, entries);
}

// How many entries an array of this shape and symmetry lists; -1 if that is not addressable.
std::int64_t listed_entries(const Header& header, std::int64_t rows, std::int64_t cols) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 16;
  if (cols > 0 && rows > most / cols) return -1;
  switch (header.symmetry) {
    case Symmetry::symmetric:
      return rows * (rows + 1) / 2;
    case Symmetry::skew:
      return rows * (rows - 1) / 2;
    case Symmetry::general:
      break;
  }
  return rows * cols;
}

// The square matrix whose lower triangle (without the diagonal if skew) is `listed` column by column.
Matrix<double> mirrored(EntryList& listed, std::int64_t n, Symmetry symmetry) {
  const Matrix<double> triangle = listed.take(listed.size(), 1, Layout::column_major);
  const bool skew = symmetry == Symmetry::skew;
  Matrix<double> result(n, n);
  const double* next = triangle.data();
  for (std::int64_t j = 0; j < n; ++j) {
    for (std::int64_t i = skew ? j + 1 : j; i < n; ++i) {
      result(i, j) = *next;
      result(j, i) = skew ? -*next : *next;
      ++next;
    }
  }
  return result;
}

Matrix<double> read_array(Reader& reader, const Header& header) {
  const std::vector<std::int64_t> sizes = read_sizes(reader, 2);
  const std::int64_t rows = sizes[0];
  const std::int64_t cols = sizes[1];
  if (header.symmetry != Symmetry::general && rows != cols)
    reader.fail_at_line("a symmetric matrix cannot be " + shape_text(rows, cols));
  const std::int64_t promised = listed_entries(header, rows, cols);
  if (promised < 0) reader.fail_at_line("the shape " + shape_text(rows, cols) + " is not addressable");

  EntryList entries;
  std::string_view line;
  while (next_content(reader, line)) {
    const char* p = line.data();
    const char* const last = p + line.size();
    while (p != last) {
      if (entries.size() == promised) fail_surplus(reader, promised);
      double value = 0;
      p = read_value(reader, header.field, p, last, value);
      entries.push_back(value);
    }
  }
  if (entries.size() < promised) fail_truncated(reader, entries.size(), promised);
  if (header.symmetry == Symmetry::general) return entries.take(rows, cols, Layout::column_major);
  return mirrored(entries, rows, header.symmetry);
}

}  // namespace

MatrixFile read_matrix_market(Reader& reader) {
  const Header header = read_banner(reader);
  MatrixFile file;
  file.format = FileFormat::matrix_market;
  if (header.coordinate) {
    file.matrix = read_coordinate(reader, header);
  } else {
    file.matrix = read_array(reader, header);
  }
  return file;
}

}  // namespace croquis::io
