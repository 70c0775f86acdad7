// Scaling the rows of a matrix.
#pragma once

#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// to = diag(scale) from; same shape, any layouts, no overlap but for to = from. Multithreaded; must not be called
/// inside a tile.
template <class T>
void scale_rows(const T* scale, MatrixView<const T> from, MatrixView<T> to);

/// diag(scale) A in the storage of A: a copy of the entries, and the index arrays of A, which must outlive it.
template <class T>
class RowScaledCopy {
 public:
  RowScaledCopy(const AnyMatrixView<T>& a, const std::vector<T>& scale);
  const AnyMatrixView<T>& view() const { return view_; }

 private:
  Matrix<T> entries_;
  std::vector<T> values_;
  AnyMatrixView<T> view_;
};

}  // namespace croquis
