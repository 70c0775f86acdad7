// Writing a matrix to a file.
#pragma once

#include <filesystem>

#include <croquis/export.hpp>
#include <croquis/linalg/matrix_view.hpp>
#include <croquis/linalg/sparse.hpp>

namespace croquis {

/// Writes `a` in the format of the extension: `.npy` (float64, Fortran order), `.mtx` (Matrix Market array) or
/// `.csv` (no header, one row a line). Text is written with the fewest digits that read back to the same double.
///
/// The file appears whole or not at all: it is written beside `path` under a temporary name and then renamed.
/// Throws `FileError` for another extension or when writing fails; an existing file is then unchanged.
CROQUIS_API void write_matrix(const std::filesystem::path& path, MatrixView<const double> a);

/// Writes a sparse matrix, to `.mtx` alone (Matrix Market coordinate), row by row; otherwise the same.
CROQUIS_API void write_matrix(const std::filesystem::path& path, const SparseMatrix<double>& a);

/// Throws `FileError` if `path` cannot be written: unknown extension, missing or unwritable folder, or a folder
/// by that name. Lets a program fail before its long computation instead of after.
CROQUIS_API void check_writable(const std::filesystem::path& path);

}  // namespace croquis
