// An orthonormal basis of the range of a matrix, and the triangle behind it.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// Scales each column (not of zeros, finite) by a power of two to a norm in [1, 2); returns the exponents.
template <class T>
std::vector<int> scale_columns_to_unit(MatrixView<T> a);

/// A(:, columns) = Q R with R (rank x rank) upper triangular, and the other columns of A within the tolerance of the
/// range of these.
template <class T>
struct RangeTriangle {
  std::vector<std::int64_t> columns;
  Matrix<T> r;
  std::int64_t rank() const { return r.cols(); }
};

/// Overwrites A (m x n, m >= n, columns of norms near one). Columns are pivoted, and the rank is where the diagonal of
/// R falls below `rcond`, 0 meaning `default_rcond`, times its first entry. Cost: 2 m n^2 flops.
template <class T>
RangeTriangle<T> range_triangle(MatrixView<T> a, double rcond = 0);

/// Q, m x rank, with orthonormal columns that span the range of A (m x n, m >= n, finite). The columns are scaled to
/// norms near one first, so that neither the basis nor the rank depends on their units; the rank is
/// that of `range_triangle`.
///
/// The triangle comes from a tall QR, the basis from solving with it, and a second round on the basis itself removes
/// what the condition number of A has cost: the result is orthonormal to roundoff and spans the range of a matrix that
/// differs from A by roundoff. Does not depend on the number of threads. Cost: 6 m n^2 flops; memory: two dense copies
/// of A.
template <class T>
Matrix<T> range_basis(const AnyMatrixView<T>& a, double rcond = 0);

}  // namespace croquis
