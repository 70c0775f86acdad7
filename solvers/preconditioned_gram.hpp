// The Gram matrix of a tall matrix times the inverse of a triangle.
#pragma once

#include <croquis/linalg/any_matrix_view.hpp>

#include "linalg/gram.hpp"
#include "solvers/made_rows.hpp"

namespace croquis {

/// B^T B and B^T V for B = A R^-1, R upper triangular without a zero on its diagonal.
///
/// | argument | shape | |
/// |---|---|---|
/// | A | m x n | finite |
/// | R | n x n | column-major |
/// | V | m x k | k may be zero |
///
/// B is the backward stable solution of B R = A, row by row, made and multiplied by batches of rows: no copy of A, but
/// for a sparse A by columns, which is regrouped by rows. Multithreaded; the result does not depend on the number of
/// threads. Cost: 2 m n^2 + 2 m n k flops. Data movement: A and V are read once, a batch of B (64 MiB or 2 n rows) is
/// written once and read twice.
template <class T>
GramAndProduct<T> preconditioned_gram(const AnyMatrixView<T>& a, MatrixView<const T> r, MatrixView<const T> v);
/// The same for rows that are made, each once. An R without columns stands for the identity: m n^2 + 2 m n k flops.
template <class T>
GramAndProduct<T> preconditioned_gram(const MadeRows<T>& a, MatrixView<const T> r, MatrixView<const T> v);

}  // namespace croquis
