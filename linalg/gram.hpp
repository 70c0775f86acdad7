// The Gram matrix of a tall matrix, and what it tells.
#pragma once

#include <croquis/linalg/matrix.hpp>

#include "linalg/condition.hpp"

namespace croquis {

/// The upper triangle of A^T A (n x n, zeros below it), A in either layout. Multithreaded over chunks of rows and
/// blocks of the result that depend on the shape alone, so the same bits for any number of threads.
///
/// Cost: m n^2 flops at the speed of a matrix product. Every 128 columns are read once for each 128 they meet, so A
/// comes from memory up to n / 128 times, at 16 flops for a byte. Allocates a triangle for each chunk: up to 16 and
/// up to 64 MiB, but at least one.
template <class T>
Matrix<T> gram(MatrixView<const T> a);

/// The largest and the smallest singular value of A from its `gram`, to a few units of roundoff where they are near
/// one. A smallest one below sqrt(n u) times the largest is lost in the rounding of the product, and reported as zero.
/// Runs on the calling thread and may be called inside a tile. Cost: 4/3 n^3 flops.
ExtremeSingularValues singular_values_of_gram(Matrix<double> gram);

}  // namespace croquis
