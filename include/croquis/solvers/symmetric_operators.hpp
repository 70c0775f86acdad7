// Symmetric operators whose spectrum is worth a look: Gram matrices and Hessians.
#pragma once

#include <span>

#include <croquis/export.hpp>
#include <croquis/linalg/linear_operator.hpp>
#include <croquis/solvers/objective.hpp>

namespace croquis {

/// A^T A for A (m x n) without forming it: n x n, its eigenvalues the squares of A's singular values.
///
/// A product reads A once (twice where it is stored by columns and sparse) and gives the same bits for any number of
/// threads. Give `a.transposed()` of a matrix with more columns than rows. A is referred to and must outlive the
/// operator. Throws `ShapeError` for an A that is not well formed.
CROQUIS_API LinearOperator<double> gram_operator(const AnyMatrixView<double>& a);

/// The Hessian H(x) of an objective, n x n, by what the objective gives of it: see `hessian_times`.
///
/// Holds copies of the objective and of x. Products by differences of gradients are symmetric to some ten digits only,
/// which limits what can be asked of eigenpairs. Throws as `hessian_times` does.
CROQUIS_API LinearOperator<double> hessian_operator(const Objective& objective, std::span<const double> x);

}  // namespace croquis
