// Dense copies of what files hold.
#pragma once

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis::tools {

/// to = from, entry by entry; same shape.
void copy_dense(MatrixView<const double> from, MatrixView<double> to);

/// `a` as a column-major matrix.
Matrix<double> dense_copy(const AnyMatrixView<double>& a);

}  // namespace croquis::tools
