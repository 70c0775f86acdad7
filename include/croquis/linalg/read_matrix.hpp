// Reading a matrix from a file: Matrix Market, NumPy .npy, .csv/.tsv and svmlight, each also gzip-compressed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// The file formats croquis reads. `automatic` tells the format by the content (the first bytes), and by the
/// file's extension only where the content leaves a choice.
enum class FileFormat { automatic, matrix_market, npy, csv, tsv, svmlight };

/// How to read a file.
struct ReadOptions {
  FileFormat format = FileFormat::automatic;
  /// A column to split off as the target: csv and tsv by header name or by zero-based index in digits (a name wins);
  /// npy and Matrix Market arrays by index. svmlight files always have a target, their labels, and take none here.
  std::optional<std::string> target = std::nullopt;
  /// svmlight: what its indices count from, 0 or 1, where that is known. Files of the same data must be read alike, and
  /// one that happens to use no 0 does not show it. Other formats take no notice.
  std::optional<std::int64_t> first_index = std::nullopt;
};

/// A matrix read from a file, with what else the file said.
struct MatrixFile {
  std::variant<Matrix<double>, SparseMatrix<double>> matrix;  ///< csv, npy and mtx array: dense; the others: sparse
  std::vector<double> target;                                 ///< the target column or the labels; empty if none
  std::vector<std::string> column_names;      ///< csv/tsv with a header: names of the columns of `matrix`
  std::string target_name;                    ///< csv/tsv with a header: name of the target column
  FileFormat format = FileFormat::automatic;  ///< the format that was read
  std::optional<std::int64_t> first_index;    ///< svmlight: what its indices count from

  std::int64_t rows() const { return AnyMatrixView<double>(*this).rows(); }
  std::int64_t cols() const { return AnyMatrixView<double>(*this).cols(); }
  operator AnyMatrixView<double>() const {
    return std::visit([](const auto& a) { return AnyMatrixView<double>(a); }, matrix);
  }
};

/// Reads a matrix in one pass over the file, decompressing gzip (told by its first bytes) as it goes.
///
/// - Matrix Market: coordinate (read as sparse; entries that repeat a place are added) and array (dense,
///   column-major); real, double, integer and pattern; general, symmetric (its lower triangle) and skew-symmetric.
/// - npy: versions 1 to 3; float32, float64, bool and integers (rounded beyond 2^53) in either byte order; up to two
///   dimensions, a vector being one column. Dense, in the file's layout.
/// - csv and tsv: fields in quotes or not, blanks around them; a first line without any number holds the names. A field
///   that is blank or not a number is an error, never dropped or guessed. Dense, row-major.
/// - svmlight: labels, ascending indices counted from 1 (from 0 if a 0 occurs anywhere, or as the options say),
/// comments; `qid` is
///   skipped. Sparse, with as many columns as the largest index says.
///
/// Text may begin with a UTF-8 byte order mark, have lines that end in CRLF, and blank lines at its end.
///
/// Memory grows with what the file really holds: no allocation is sized from a header that the rest of the file
/// has not confirmed, and a line may have 64 MiB. Numbers are parsed exactly (correctly rounded), whatever the locale;
/// Fortran's 1.5D+03 is one. NaN and infinities are read as such: refusing them is the solver's business.
///
/// Throws `FileError` naming the file and the line (text) or byte (binary) of the first thing wrong: missing file,
/// unknown format, truncated data, an index out of range, a field that is not a number, rows of different length.
/// Throws `InvalidOption` for a target that the file does not have and a `first_index` other than 0 and 1.
CROQUIS_API MatrixFile read_matrix(const std::filesystem::path& path, const ReadOptions& options = {});

/// The name users know a format by: "matrix-market", "npy", "csv", "tsv", "svmlight", "automatic".
CROQUIS_API std::string to_string(FileFormat format);

}  // namespace croquis
