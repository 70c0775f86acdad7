// What a user may call A: a matrix in memory or an operator.
#pragma once

#include <memory>
#include <optional>
#include <variant>

#include <croquis/linalg/linear_operator.hpp>

#include "solvers/problem_matrix.hpp"
#include "solvers/row_weights.hpp"

namespace croquis {

template <class T>
using MatrixInput = std::variant<AnyMatrixView<T>, LinearOperator<T>>;

struct Shape {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
};

template <class T>
Shape shape_of(const MatrixInput<T>& a);

/// Throws unless A is well formed and, if it is an operator, passes the test of its transpose.
template <class T>
void check_input(const MatrixInput<T>& a, const char* name);

/// A, rows weighted, as the matrix of a problem. What A views must outlive it.
template <class T>
std::unique_ptr<ProblemMatrix<T>> problem_matrix(const MatrixInput<T>& a, const std::optional<RowWeights<T>>& weights);

/// The transpose of A, rows weighted before it is transposed.
template <class T>
std::unique_ptr<ProblemMatrix<T>> transposed_problem_matrix(const MatrixInput<T>& a,
                                                            const std::optional<RowWeights<T>>& weights);

}  // namespace croquis
