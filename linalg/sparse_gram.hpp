// A^T A of a sparse matrix, as a dense one.
#pragma once

#include <vector>

#include <croquis/linalg/sparse.hpp>

namespace croquis {

/// The upper triangle of (A D)^T A D (n x n, zeros below it), D = diag(scale) of powers of two, from A by rows and by
/// columns; both in order.
///
/// Column j is a sum of rows of A, those that column j has entries in: as many additions for each entry of A as its row
/// has entries up to that place. The n entries of the column stay in cache, the rows come from memory. Multithreaded
/// over columns; the same bits for any number of threads.
template <class T>
Matrix<T> sparse_gram(const CsrView<T, std::int64_t>& rows, const CscView<T, std::int64_t>& columns,
                      const std::vector<T>& scale);

/// The part of the entries of A^T A that are not zero, estimated from `sampled` of its columns.
template <class T>
double estimate_gram_density(const CsrView<T, std::int64_t>& rows, const CscView<T, std::int64_t>& columns,
                             std::int64_t sampled);

}  // namespace croquis
