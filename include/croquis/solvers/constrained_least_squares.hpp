// Least squares with linear equality constraints.
#pragma once

#include <span>

#include <croquis/export.hpp>
#include <croquis/solvers/least_squares.hpp>

namespace croquis {

/// Minimises ||A X(:, k) - B(:, k)|| subject to C X(:, k) = D(:, k), with the weights and the ridge of the options.
///
/// | argument | shape | |
/// |---|---|---|
/// | A | m x n | dense in either layout, CSR or CSC |
/// | B | m x k | either layout |
/// | C | p x n | either layout |
/// | D | p x k | either layout |
/// | x (result) | n x k | of minimum norm where A and C leave a choice |
///
/// By the null space of C: with C^T P = Q R, its columns scaled to norms near one and pivoted, x = Q1 y + Q2 z, where y
/// satisfies the constraints and z minimises ||A Q2 z - (b - A Q1 y)||, a problem without constraints that
/// `least_squares` solves by the method of the options. Weighting the constraints into A would save the product A Q2
/// and lose accuracy: no weight is large enough for the constraints and small enough for A in every problem.
///
/// Constraints that repeat others are found by the numerical rank of C (tolerance `rcond`) and left out; if they
/// contradict the others, the status is `inconsistent_constraints`, and x stays empty. `rank`, `condition_estimate` and
/// `backward_error` are those of A Q2, whose full rank is n - rank(C); `gradient_norm` is that within the null space. A
/// Q2 mixes the columns of A: scale them to alike norms where theirs are far apart.
///
/// Cost: beside the problem of A Q2, 2 m n (n - p) flops and a dense m x (n - p) matrix, and 4 n^2 p flops and n^2
/// entries for Q. The result does not depend on the number of threads. NaN or infinity anywhere is a status. Throws as
/// `least_squares` does, and `ShapeError` if C or D do not fit. Source: Golub and Van Loan, Matrix Computations, 6.2.3.
CROQUIS_API LeastSquaresFit<float> constrained_least_squares(const AnyMatrixView<float>& a, MatrixView<const float> b,
                                                             MatrixView<const float> c, MatrixView<const float> d,
                                                             const LeastSquaresOptions& options = {});
CROQUIS_API LeastSquaresFit<double> constrained_least_squares(const AnyMatrixView<double>& a,
                                                              MatrixView<const double> b, MatrixView<const double> c,
                                                              MatrixView<const double> d,
                                                              const LeastSquaresOptions& options = {});

/// The same for one right-hand side.
inline LeastSquaresFit<float> constrained_least_squares(const AnyMatrixView<float>& a, std::span<const float> b,
                                                        MatrixView<const float> c, std::span<const float> d,
                                                        const LeastSquaresOptions& options = {}) {
  return constrained_least_squares(a, column_major(b.data(), std::ssize(b), 1), c,
                                   column_major(d.data(), std::ssize(d), 1), options);
}
inline LeastSquaresFit<double> constrained_least_squares(const AnyMatrixView<double>& a, std::span<const double> b,
                                                         MatrixView<const double> c, std::span<const double> d,
                                                         const LeastSquaresOptions& options = {}) {
  return constrained_least_squares(a, column_major(b.data(), std::ssize(b), 1), c,
                                   column_major(d.data(), std::ssize(d), 1), options);
}

}  // namespace croquis
