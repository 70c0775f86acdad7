// An orthonormal basis of the range of a matrix.
#pragma once

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// Q, m x rank, with orthonormal columns that span the range of A (m x n, m >= n, finite). The columns are scaled to
/// norms near one first, so that neither the basis nor the rank depends on their units; directions below
/// `default_rcond` in the pivoted triangular factor are dropped.
///
/// The triangle comes from a tall QR, the basis from solving with it, and a second round on the basis itself removes
/// what the condition number of A has cost: the result is orthonormal to roundoff and spans the range of a matrix that
/// differs from A by roundoff. Does not depend on the number of threads. Cost: 6 m n^2 flops; memory: two dense copies
/// of A.
Matrix<double> range_basis(const AnyMatrixView<double>& a);

}  // namespace croquis
