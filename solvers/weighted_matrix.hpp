// A matrix with its rows weighted.
#pragma once

#include <memory>

#include <croquis/linalg/linear_operator.hpp>

#include "solvers/problem_matrix.hpp"
#include "solvers/row_weights.hpp"

namespace croquis {

/// diag(w) A without a copy of a dense A: the products scale the rows between the two halves of the fused pass, and the
/// sketch takes A by scaled blocks of rows. Of a sparse A the values are copied. A must outlive it.
template <class T>
std::unique_ptr<ProblemMatrix<T>> weighted_matrix(const AnyMatrixView<T>& a, RowWeights<T> weights);

/// The same for an operator, whose products are scaled.
template <class T>
std::unique_ptr<ProblemMatrix<T>> weighted_matrix(const LinearOperator<T>& a, RowWeights<T> weights);

/// (diag(w) A)^T, from a copy of A's entries; its right-hand sides are the solver's own.
template <class T>
std::unique_ptr<ProblemMatrix<T>> transposed_weighted_matrix(const AnyMatrixView<T>& a, RowWeights<T> weights);
template <class T>
std::unique_ptr<ProblemMatrix<T>> transposed_weighted_matrix(const LinearOperator<T>& a, RowWeights<T> weights);

}  // namespace croquis
