// The null space of a sparse matrix, by elimination.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// A basis of the null space of A D (n x (n - rank)), D = diag(scale), for A stored by rows; nothing if more than
/// `most_work` additions and entries would be needed, or pivots this simple do not keep the basis well-conditioned.
/// The rank is a guess: roundoff may hide rows, and it is for the caller to check what A D makes of the basis and
/// whether there is more.
///
/// Gaussian elimination, the shortest rows first. A row is freed of the pivot columns of the rows before it, and what
/// is left adds a pivot, the first of its entries that is not much less than the largest. When a few rows in turn have
/// left nothing, a random null vector of the pivot rows is made: it is orthogonal to every row that would add nothing,
/// which is seen at the cost of one product. The basis follows by substitution, with a one for each column without a
/// pivot. Deterministic, on one thread.
template <class T>
std::optional<Matrix<T>> sparse_null_basis(const AnyMatrixView<T>& a, const std::vector<T>& scale, double most_work);

}  // namespace croquis
