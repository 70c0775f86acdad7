// Least squares with correlated errors.
#pragma once

#include <span>

#include <croquis/export.hpp>
#include <croquis/linalg/linear_operator.hpp>
#include <croquis/solvers/least_squares.hpp>

namespace croquis {

/// Minimises ||L^-1 (A X(:, k) - B(:, k))||: the best linear unbiased estimate where the errors of b have the
/// covariance L L^T.
///
/// | argument | shape | |
/// |---|---|---|
/// | A | m x n | dense in either layout, CSR or CSC |
/// | B | m x k | either layout |
/// | L | m x m | lower triangular, in either layout; what is above the diagonal is not read |
/// | x (result) | n x k | |
///
/// Forms L^-1 A and L^-1 B and solves by `least_squares`, so residuals, gradients and errors are those of the whitened
/// problem, and weights and ridge of the options apply to it. It is as accurate as L is well conditioned.
/// Cost: m^2 (n + k) flops, copies of L and of A. The result does not depend on the number of threads.
/// Throws as `least_squares` does, `ShapeError` if L does not fit, and `InvalidOption` for a zero on its diagonal, with
/// the index.
CROQUIS_API LeastSquaresFit<float> generalized_least_squares(const AnyMatrixView<float>& a, MatrixView<const float> b,
                                                             MatrixView<const float> l,
                                                             const LeastSquaresOptions& options = {});
CROQUIS_API LeastSquaresFit<double> generalized_least_squares(const AnyMatrixView<double>& a,
                                                              MatrixView<const double> b, MatrixView<const double> l,
                                                              const LeastSquaresOptions& options = {});

/// The same for one right-hand side.
inline LeastSquaresFit<float> generalized_least_squares(const AnyMatrixView<float>& a, std::span<const float> b,
                                                        MatrixView<const float> l,
                                                        const LeastSquaresOptions& options = {}) {
  return generalized_least_squares(a, column_major(b.data(), std::ssize(b), 1), l, options);
}
inline LeastSquaresFit<double> generalized_least_squares(const AnyMatrixView<double>& a, std::span<const double> b,
                                                         MatrixView<const double> l,
                                                         const LeastSquaresOptions& options = {}) {
  return generalized_least_squares(a, column_major(b.data(), std::ssize(b), 1), l, options);
}

/// The same with L^-1 as an operator, of which only `multiply` is called, once for A and once for B: a band solver, an
/// autoregressive filter.
CROQUIS_API LeastSquaresFit<float> generalized_least_squares(const AnyMatrixView<float>& a, MatrixView<const float> b,
                                                             const LinearOperator<float>& inverse_factor,
                                                             const LeastSquaresOptions& options = {});
CROQUIS_API LeastSquaresFit<double> generalized_least_squares(const AnyMatrixView<double>& a,
                                                              MatrixView<const double> b,
                                                              const LinearOperator<double>& inverse_factor,
                                                              const LeastSquaresOptions& options = {});

}  // namespace croquis
