// A sparse matrix in the forms that its methods read.
#pragma once

#include <optional>

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// The sparse A of a least-squares problem, which must outlive it. Each form is made when first asked for.
template <class T>
class SparseStorage {
 public:
  explicit SparseStorage(const AnyMatrixView<T>& a) : a_(a) {}

  /// A by rows as it is given, or a copy by rows if it is given by columns: a pass over it needs no more than its own
  /// memory.
  AnyMatrixView<T> for_passes();
  /// A with the columns of each row ascending, and no place twice; a copy unless A comes so.
  CsrView<T, std::int64_t> rows();
  /// The same by columns.
  CscView<T, std::int64_t> columns();

 private:
  AnyMatrixView<T> a_;
  std::optional<SparseMatrix<T>> rows_;
  std::optional<CsrView<T, std::int64_t>> in_order_;  ///< of the user's or of rows_
  std::optional<SparseMatrix<T>> transposed_;
};

}  // namespace croquis
