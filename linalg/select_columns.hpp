// Some of a matrix's columns as a matrix of their own.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// Owns what `select_columns` makes.
struct SelectedColumns {
  std::variant<Matrix<double>, SparseMatrix<double>> matrix;
  AnyMatrixView<double> view() const {
    return std::visit([](const auto& a) { return AnyMatrixView<double>(a); }, matrix);
  }
};

/// A copy of the columns of A with these indices, each given once: dense (column-major) or sparse as A is.
SelectedColumns select_columns(const AnyMatrixView<double>& a, const std::vector<std::int64_t>& columns);

}  // namespace croquis
