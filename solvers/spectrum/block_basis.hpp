// Orthogonalizing blocks of vectors against a basis.
#pragma once

#include <croquis/linalg/matrix.hpp>

namespace croquis {

/// W := W - V V^T W for orthonormal V (n x m), twice, so that what is left is orthogonal to roundoff of the W given.
/// Returns V^T W of that W, m x b. Cost: 8 n m b flops; the same bits for any number of threads.
Matrix<double> project_out(MatrixView<const double> v, MatrixView<double> w);

/// A := A - Q C. Q may be A itself.
void subtract_product(MatrixView<const double> q, MatrixView<const double> c, MatrixView<double> a);

/// V := V (3 I - V^T V) / 2, for a V that is orthonormal but for an accumulation of rounding errors: it then is to
/// roundoff, and its columns are where they were.
void polish_orthonormal(MatrixView<double> v);

/// Q := an orthonormal basis, orthogonal to V, of the columns of W (n x b, orthogonal to V up to rounding) of a norm
/// above `negligible`; of columns that depend on each other it takes as many as are needed. Q has at most n - m
/// columns.
Matrix<double> complement_basis(MatrixView<const double> v, MatrixView<const double> w, double negligible);

}  // namespace croquis
