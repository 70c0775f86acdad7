// A sparse matrix in order.
#pragma once

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// A copy of the sparse A by rows, the columns of each row ascending and no place twice: entries that repeat one are
/// added. Of `a.transposed()` it is A by columns. Linear time on one thread.
template <class T>
SparseMatrix<T> stored_by_rows(const AnyMatrixView<T>& a);

}  // namespace croquis
