// Norms of the columns of a sparse matrix.
#pragma once

#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// The norm of a column as fraction * 2^exponent, which is in range where the norm is not; fraction is in [1, sqrt(m)],
/// 0 for a column of zeros, and NaN or infinite if the column holds such an entry.
struct ColumnNorm {
  double fraction = 0;
  int exponent = 0;
};

/// Of a sparse A; entries at the same place count one by one. One pass, another where a column is zero, and two more
/// where squares leave the range of double.
template <class T>
std::vector<ColumnNorm> column_norms(const AnyMatrixView<T>& a);

/// The same, and G = A^T B. The entries of a small matrix by rows are read once for both.
template <class T>
std::vector<ColumnNorm> column_norms_and_product(const AnyMatrixView<T>& a, MatrixView<const T> b, MatrixView<T> g);

}  // namespace croquis
