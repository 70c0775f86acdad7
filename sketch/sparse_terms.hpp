// Where the entries of rows of a sparse A go in a sparse-sign sketch of it.
#pragma once

#include <cstdint>

namespace croquis {

/// Entries [begin, end) of A, the first of them in row `first_row` or below, and what they meet.
template <class Index>
struct SparseTermsOf {
  std::int64_t rows;  ///< of A
  const Index* row_start;
  const Index* column;
  std::int64_t first_row;
  std::int64_t begin, end;
  const std::uint32_t* table;  ///< the columns of S from the one that meets `first_row` on, see draw_sparse_signs
  std::int64_t nonzeros;       ///< of a column of S
  std::int64_t row_stride, column_stride;  ///< of the result, which has no place beyond 2^31 - 1
};

/// For entry k of A, a_ij, and entry b of the column of S that meets row i, with r its row:
///   place[b (end - begin) + k - begin] = r row_stride + j column_stride, and the sign of S's entry in the top bit.
///
/// Reads the columns of the entries once per nonzero of S, from the first-level cache after the first time, a vector of
/// them at once, and writes 4 bytes for each.
void list_sparse_terms(const SparseTermsOf<std::int32_t>& terms, std::uint32_t* place);
void list_sparse_terms(const SparseTermsOf<std::int64_t>& terms, std::uint32_t* place);

}  // namespace croquis
