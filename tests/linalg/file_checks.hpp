// Reading files made of literal text, and what their errors say.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include <croquis/errors.hpp>
#include <croquis/linalg/read_matrix.hpp>

#include "tests/support/temporary_folder.hpp"

namespace croquis::test {

inline MatrixFile read_text(std::string_view text, const ReadOptions& options = {}, const std::string& name = "file") {
  const TemporaryFolder folder;
  return read_matrix(folder.write(name, text), options);
}

/// The message of the `FileError` that reading `text` must throw, without the folder's name: "file:3: ...".
inline std::string error_in(std::string_view text, const ReadOptions& options = {}, const std::string& name = "file") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.write(name, text);
  try {
    const MatrixFile file = read_matrix(path, options);
    FAIL_CHECK("no error: ", file.rows(), " x ", file.cols());
    return {};
  } catch (const FileError& error) {
    const std::string message = error.what();
    const std::string start = folder.path().string() + "/";
    CHECK_MESSAGE(message.starts_with(start + name + ":"), message);
    CHECK_MESSAGE(message.find('\n') == std::string::npos, message);
    return message.substr(start.size());
  }
}

/// All entries by rows, sparse matrices too.
inline std::vector<double> entries_by_row(const MatrixFile& file) {
  std::vector<double> result(static_cast<std::size_t>(file.rows() * file.cols()));
  if (const auto* dense = std::get_if<Matrix<double>>(&file.matrix)) {
    for (std::int64_t i = 0; i < dense->rows(); ++i)
      for (std::int64_t j = 0; j < dense->cols(); ++j) result[i * dense->cols() + j] = (*dense)(i, j);
  } else {
    const auto sparse = std::get<SparseMatrix<double>>(file.matrix).view();
    for (std::int64_t i = 0; i < sparse.rows; ++i)
      for (std::int64_t k = sparse.row_start[i]; k < sparse.row_start[i + 1]; ++k)
        result[i * sparse.cols + sparse.column[k]] += sparse.value[k];
  }
  return result;
}

inline bool is_sparse(const MatrixFile& file) { return std::holds_alternative<SparseMatrix<double>>(file.matrix); }

inline bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace croquis::test
