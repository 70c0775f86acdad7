// How good a least-squares solution is, whoever computed it.
#pragma once

#include <span>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// The backward error of each column of X as a solution of min ||A x - b|| for the same column of B: the size of the
/// smallest relative change of A and b for which x is the exact solution, within a factor sqrt(2).
///
/// | argument | shape | |
/// |---|---|---|
/// | A | m x n, m >= n | dense in either layout, CSR or CSC |
/// | X | n x k | either layout; from any solver |
/// | B | m x k | either layout |
/// | result | k | |
///
/// This is what `least_squares` reports, but from a QR factorization of A itself instead of a sketch of it. With the
/// columns of A scaled to norms near one (and x with them), theta = ||A||_F / ||b||, r = b - A x and
/// mu = theta^2 ||r||^2 / (1 + theta^2 ||x||^2), it is the Karlson-Walden estimate
///
///     theta / sqrt(1 + theta^2 ||x||^2) * ||(A^T A + mu I)^(-1/2) A^T r|| / ||A||_F.
///
/// Values around the unit roundoff (1.1e-16 for double) are as good as arithmetic allows. A NaN or an infinity in A, X
/// or B gives NaN. Cost: 2 m n^2 flops and a copy of A, then 2/3 n^3 flops for each column of X. The result does not
/// depend on the number of threads. Throws `ShapeError` if the shapes do not fit or m < n. Sources: Karlson and Walden,
/// BIT 1997; Epperly, Meier and Nakatsukasa, arXiv 2406.03468, section 3.
CROQUIS_API std::vector<double> least_squares_backward_error(const AnyMatrixView<float>& a, MatrixView<const float> x,
                                                             MatrixView<const float> b);
CROQUIS_API std::vector<double> least_squares_backward_error(const AnyMatrixView<double>& a, MatrixView<const double> x,
                                                             MatrixView<const double> b);

/// The same for one right-hand side.
inline std::vector<double> least_squares_backward_error(const AnyMatrixView<float>& a, MatrixView<const float> x,
                                                        std::span<const float> b) {
  return least_squares_backward_error(a, x, column_major(b.data(), std::ssize(b), 1));
}
inline std::vector<double> least_squares_backward_error(const AnyMatrixView<double>& a, MatrixView<const double> x,
                                                        std::span<const double> b) {
  return least_squares_backward_error(a, x, column_major(b.data(), std::ssize(b), 1));
}

}  // namespace croquis
