// What rows of a sparse A add to a sparse-sign sketch of it: a list of places and values.
#pragma once

#include <cstdint>

#include <croquis/linalg/sparse.hpp>

namespace croquis {

/// Entries [begin, end) of A, the first of them in row `first_row` or below, and what they meet.
template <class T, class Index>
struct SparseTermsOf {
  const CsrView<T, Index>& a;
  std::int64_t first_row;
  std::int64_t begin, end;
  const std::uint32_t* table;  ///< the columns of S from the one that meets `first_row` on, see draw_sparse_signs
  std::int64_t nonzeros;       ///< of a column of S
  T scale;
  std::int64_t row_stride, column_stride;  ///< of the result
};

/// For entry k of A, a_ij, and entry b of the column of S that meets row i, with r its row and +-1 its sign:
///   place[b (end - begin) + k - begin] = r row_stride + j column_stride, value[the same] = +-scale a_ij.
///
/// Reads the entries once per nonzero of S, from the first-level cache after the first time, a vector of them at once,
/// and writes 8 + sizeof(T) bytes for each.
void list_sparse_terms(const SparseTermsOf<float, std::int32_t>& terms, std::uint32_t* place, float* value);
void list_sparse_terms(const SparseTermsOf<float, std::int64_t>& terms, std::uint32_t* place, float* value);
void list_sparse_terms(const SparseTermsOf<double, std::int32_t>& terms, std::uint32_t* place, double* value);
void list_sparse_terms(const SparseTermsOf<double, std::int64_t>& terms, std::uint32_t* place, double* value);

}  // namespace croquis
