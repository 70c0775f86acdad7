// LAPACK's own least-squares solvers, which ours are measured against. Only tests need them, so they are declared here
// and not in linalg/blas.hpp.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/linalg/matrix.hpp>

namespace croquis::test {

/// argmin ||A X - B|| by Householder QR without pivoting (xGELS). A: m x n of full rank, m >= n; the result is n x k.
template <class T>
Matrix<T> solve_by_qr(MatrixView<const T> a, MatrixView<const T> b);

/// The minimum-norm solution, and the rank found.
template <class T>
struct MinimumNormSolution {
  Matrix<T> x;
  std::int64_t rank = 0;
};
/// By column-pivoted QR and a complete orthogonal decomposition (xGELSY).
template <class T>
MinimumNormSolution<T> solve_by_pivoted_qr(MatrixView<const T> a, MatrixView<const T> b, T rcond);

/// The same by the singular value decomposition (xGELSD).
template <class T>
MinimumNormSolution<T> solve_by_svd(MatrixView<const T> a, MatrixView<const T> b, T rcond);

/// Overwrites A (m x n, m >= n) by an orthonormal basis of the space its columns span, by Householder QR.
void orthonormalize(Matrix<double>& a);

/// The singular values, descending.
std::vector<double> singular_values(MatrixView<const double> a);

/// A column-major copy.
template <class T>
Matrix<T> column_major_copy(MatrixView<const T> a);

}  // namespace croquis::test
