// LAPACK's drivers for dense least squares and the normal equations, which ours is timed and judged against.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix.hpp>

namespace croquis::perf {

/// Householder QR without pivoting. A (m x n, column-major) is overwritten by its factors and the first n rows of B
/// (m x k, column-major) by the solution. Returns false if LAPACK reports an exactly zero pivot.
bool dgels(Matrix<double>& a, Matrix<double>& b);

/// The same by column-pivoted QR and a complete orthogonal decomposition: the minimum-norm solution. Returns the rank.
std::int64_t dgelsy(Matrix<double>& a, Matrix<double>& b, double rcond);

/// The normal equations as they are written by hand: A^T A (dsyrk), its Cholesky factor, and two steps of refinement
/// with the residuals b - A x. X is n x k. Returns false if the factor does not exist.
bool normal_equations(const Matrix<double>& a, const Matrix<double>& b, Matrix<double>& x);

}  // namespace croquis::perf
