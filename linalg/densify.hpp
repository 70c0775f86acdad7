// A dense copy of any matrix.
#pragma once

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// A as a new column-major matrix; entries of a sparse A that repeat a place are added. Reads A once.
template <class T>
Matrix<T> densify(const AnyMatrixView<T>& a);

}  // namespace croquis
