// Columns of one or two matrices as a matrix of their own.
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

/// The columns of a dense A with these indices, column-major.
Matrix<double> select_dense_columns(MatrixView<const double> a, const std::vector<std::int64_t>& columns);

/// [A B], column-major; the same number of rows.
Matrix<double> side_by_side(MatrixView<const double> a, MatrixView<const double> b);

/// A copy of the columns of A with these indices, each given once: dense (column-major) or sparse as A is.
SelectedColumns select_columns(const AnyMatrixView<double>& a, const std::vector<std::int64_t>& columns);

}  // namespace croquis
