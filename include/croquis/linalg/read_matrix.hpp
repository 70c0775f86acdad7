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
  /// csv/tsv: a column to split off as the target, by header name or by zero-based index in digits (a name wins).
  /// svmlight files always have a target: their labels.
  std::optional<std::string> target;
};

/// A matrix read from a file, with what else the file said.
struct MatrixFile {
  std::variant<Matrix<double>, SparseMatrix<double>> matrix;  ///< csv, npy and mtx array: dense; the others: sparse
  std::vector<double> target;                                 ///< the target column or the labels; empty if none
  std::vector<std::string> column_names;      ///< csv/tsv with a header: names of the columns of `matrix`
  std::string target_name;                    ///< csv/tsv with a header: name of the target column
  FileFormat format = FileFormat::automatic;  ///< the format that was read

  std::int64_t rows() const { return AnyMatrixView<double>(*this).rows(); }
  std::int64_t cols() const { return AnyMatrixView<double>(*this).cols(); }
  operator AnyMatrixView<double>() const {
    return std::visit([](const auto& a) { return AnyMatrixView<double>(a); }, matrix);
  }
};

/// Reads a matrix in one pass over the file, decompressing gzip as it goes.
///
/// Memory grows with what the file really holds: no allocation is sized from a header that the rest of the file
/// has not confirmed. Numbers are parsed exactly (correctly rounded). NaN and infinities are read as such: refusing
/// them is the solver's business.
///
/// Throws `FileError` naming the file and the line (text) or byte (binary) of the first thing wrong: missing file,
/// unknown format, truncated data, an index out of range, a field that is not a number, rows of different length.
CROQUIS_API MatrixFile read_matrix(const std::filesystem::path& path, const ReadOptions& options = {});

/// The name users know a format by: "matrix-market", "npy", "csv", "tsv", "svmlight", "automatic".
CROQUIS_API std::string to_string(FileFormat format);

}  // namespace croquis
