// Singular values of a tall matrix that is nearly orthonormal, by its Gram matrix.
#pragma once

#include <croquis/linalg/matrix.hpp>

#include "linalg/condition.hpp"

namespace croquis {

/// The upper triangle of A^T A (n x n, entries below it not set), A column-major. Multithreaded over blocks of the
/// result that depend on n alone, so the same bits for any number of threads. Cost: m n^2 flops.
Matrix<double> gram(MatrixView<const double> a);

/// The largest and the smallest singular value of A from its `gram`, to a few units of roundoff where they are near
/// one. A smallest one below sqrt(n u) times the largest is lost in the rounding of the product, and reported as zero.
/// Runs on the calling thread and may be called inside a tile. Cost: 4/3 n^3 flops.
ExtremeSingularValues singular_values_of_gram(Matrix<double> gram);

}  // namespace croquis
