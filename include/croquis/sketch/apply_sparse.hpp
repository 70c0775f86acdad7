// A sparse-sign sketch of a sparse matrix as a sparse matrix.
#pragma once

#include <cstdint>

#include <croquis/export.hpp>
#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/linalg/sparse.hpp>
#include <croquis/sketch/sparse_sign.hpp>

namespace croquis {

/// S A by rows, as a sparse matrix, for a sparse A: what `apply` writes to a dense one.
///
/// | argument | shape | |
/// |---|---|---|
/// | S | d x m | SparseSign or CountSketch |
/// | A | m x n | CSR or CSC |
/// | result | d x n | columns ascending within each row |
///
/// Stored are the places that an entry of S times an entry of A falls on, each once: terms at the same place are added
/// in the order A stores them by columns, and sums that cancel are kept as zeros, so the pattern depends on those of S
/// and A alone.
///
/// Cost: linear, two passes of `nonzeros` steps for each entry of A. Allocates the result, 4 `nonzeros` m bytes for
/// the entries of S, and, if A is stored by rows, a copy of it by columns.
/// The result does not depend on the number of threads. Throws `ShapeError` if the shapes do not fit or A is dense, and
/// `InvalidOption` if S is not a valid operator.
CROQUIS_API SparseMatrix<float> apply_sparse(const SparseSign& s, const AnyMatrixView<float>& a);
CROQUIS_API SparseMatrix<double> apply_sparse(const SparseSign& s, const AnyMatrixView<double>& a);

/// The number of stored entries of `apply_sparse(S, A)` that is to be expected for a sparse A: the sum over the columns
/// of A of d (1 - (1 - nonzeros / d)^c), c the number of the column's entries, exact if they are in different rows.
///
/// Whichever of apply and apply_sparse needs less memory follows: an entry of the sparse result takes
/// 8 + sizeof(T) bytes, one of the dense d x n result sizeof(T). Reads A's indices once. Throws as `apply_sparse` does.
CROQUIS_API double expected_sparse_entries(const SparseSign& s, const AnyMatrixView<float>& a);
CROQUIS_API double expected_sparse_entries(const SparseSign& s, const AnyMatrixView<double>& a);

/// Whether the result of `apply_sparse` is to be expected to take less memory than that of `apply`.
template <class T>
bool sparse_result_is_smaller(const SparseSign& s, const AnyMatrixView<T>& a) {
  const double bytes = (8 + sizeof(T)) * expected_sparse_entries(s, a) + 8.0 * static_cast<double>(s.rows + 1);
  return bytes < static_cast<double>(sizeof(T)) * static_cast<double>(s.rows) * static_cast<double>(a.cols());
}

}  // namespace croquis
