#include <croquis/linalg/write_matrix.hpp>

#include <bit>
#include <charconv>
#include <string>
#include <string_view>

#include <croquis/errors.hpp>

#include "linalg/check.hpp"
#include "linalg/io/atomic_file.hpp"
#include "linalg/io/number.hpp"

namespace croquis {
namespace {

using io::AtomicFile;

void write_text(AtomicFile& file, std::string_view text) { file.write(text.data(), text.size()); }

void write_number(AtomicFile& file, double value, char after) {
  char digits[40];
  char* const end = std::to_chars(digits, digits + sizeof(digits) - 1, value).ptr;
  *end = after;
  file.write(digits, static_cast<std::size_t>(end + 1 - digits));
}

void write_npy(AtomicFile& file, MatrixView<const double> a) {
  std::string header = std::string("{'descr': '") + (std::endian::native == std::endian::little ? '<' : '>') +
                       "f8', 'fortran_order': True, 'shape': (" + std::to_string(a.rows) + ", " +
                       std::to_string(a.cols) + "), }";
  // The format wants the data to start at a multiple of 64 bytes; magic, version and length take 10.
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  write_text(file, std::string_view("\x93NUMPY\x01\x00", 8));
  const char length[2] = {static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  file.write(length, 2);
  write_text(file, header);
  for (std::int64_t j = 0; j < a.cols; ++j) {
    for (std::int64_t i = 0; i < a.rows; ++i) {
      const double value = a(i, j);
      file.write(reinterpret_cast<const char*>(&value), sizeof(value));
    }
  }
}

void write_matrix_market(AtomicFile& file, MatrixView<const double> a) {
  write_text(file, "%%MatrixMarket matrix array real general\n" + std::to_string(a.rows) + " " +
                       std::to_string(a.cols) + "\n");
  for (std::int64_t j = 0; j < a.cols; ++j)
    for (std::int64_t i = 0; i < a.rows; ++i) write_number(file, a(i, j), '\n');
}

void write_csv(AtomicFile& file, MatrixView<const double> a) {
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < a.cols; ++j) write_number(file, a(i, j), j + 1 < a.cols ? ',' : '\n');
}

void write_matrix_market(AtomicFile& file, const CsrView<double, std::int64_t>& a) {
  write_text(file, "%%MatrixMarket matrix coordinate real general\n" + std::to_string(a.rows) + " " +
                       std::to_string(a.cols) + " " + std::to_string(a.nonzeros()) + "\n");
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (std::int64_t k = a.row_start[i]; k < a.row_start[i + 1]; ++k) {
      write_text(file, std::to_string(i + 1) + " " + std::to_string(a.column[k] + 1) + " ");
      write_number(file, a.value[k], '\n');
    }
  }
}

using Write = void (*)(AtomicFile&, MatrixView<const double>);

Write writer_for(const std::filesystem::path& path) {
  const std::string extension = io::lower_case(path.extension().string());
  if (extension == ".npy") return write_npy;
  if (extension == ".mtx") return write_matrix_market;
  if (extension == ".csv") return write_csv;
  throw FileError(path.string() + ": cannot be written: the extension is not .npy, .mtx or .csv");
}

}  // namespace

void write_matrix(const std::filesystem::path& path, MatrixView<const double> a) {
  check_view(a, "a");
  const Write write = writer_for(path);
  AtomicFile file(path);
  write(file, a);
  file.commit();
}

void write_matrix(const std::filesystem::path& path, const SparseMatrix<double>& a) {
  if (writer_for(path) != static_cast<Write>(write_matrix_market))
    throw FileError(path.string() + ": a sparse matrix can be written to .mtx only");
  AtomicFile file(path);
  write_matrix_market(file, a.view());
  file.commit();
}

void check_writable(const std::filesystem::path& path) {
  writer_for(path);
  // Creating the temporary file is what shows that the folder exists and takes a file; dropping it removes it.
  const AtomicFile trial(path);
}

}  // namespace croquis
