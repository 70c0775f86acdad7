// The Gram matrix of a tall matrix, and what it tells.
#pragma once

#include <functional>
#include <vector>

#include <croquis/linalg/matrix.hpp>

#include "linalg/condition.hpp"

namespace croquis {

/// The upper triangle of (A D)^T (A D), D = diag(scale) (n x n, zeros below it), A in either layout. Multithreaded over
/// chunks of rows and blocks of the result that depend on the shape alone, so the same bits for any number of threads.
///
/// Cost: m n^2 flops at the speed of a matrix product. Blocks of some 500 columns (float: 1000) are read once for each
/// block they meet, so A comes from memory n / 500 times, and at least once. Allocates a square for each chunk: up to
/// 16 and up to 64 MiB, but at least one.
template <class T>
Matrix<T> gram(MatrixView<const T> a, const std::vector<T>& scale);
/// The same with D = I.
template <class T>
Matrix<T> gram(MatrixView<const T> a);

/// The same of A D rounded to float: nearly twice as fast, and off by some 1e-6 where its columns have norms near one.
Matrix<float> gram_in_float(MatrixView<const float> a, const std::vector<float>& scale);
Matrix<float> gram_in_float(MatrixView<const double> a, const std::vector<double>& scale);

/// Some rows of A, and those of V.
template <class T>
struct RowBlock {
  MatrixView<const T> a;
  MatrixView<const T> v;
};

/// A^T A, its upper triangle with zeros below it (n x n), and A^T V (n x k).
template <class T>
struct GramAndProduct {
  Matrix<T> gram;
  Matrix<T> product;
};

/// A^T A and A^T V for A (m x n) and V (m x k) that come as `blocks` blocks of at most `block_rows` rows:
/// `block_of_rows` is called for each in turn, and its rows are not looked at after the next call. Multithreaded within
/// a block, as `gram` is, and the same bits for any number of threads.
///
/// Cost: m n^2 + 2 m n k flops. Allocates the squares of `gram`, and as much for V, once for all blocks.
template <class T>
GramAndProduct<T> gram_and_product(std::int64_t block_rows, std::int64_t cols, std::int64_t vectors,
                                   std::int64_t blocks,
                                   const std::function<RowBlock<T>(std::int64_t block)>& block_of_rows);

/// The largest and the smallest singular value of A from its `gram`, to a few units of roundoff where they are near
/// one. A smallest one below sqrt(n u) times the largest is lost in the rounding of the product, and reported as zero.
/// Runs on the calling thread and may be called inside a tile. Cost: 4/3 n^3 flops.
ExtremeSingularValues singular_values_of_gram(Matrix<double> gram);

}  // namespace croquis
