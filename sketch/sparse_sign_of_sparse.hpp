// A sparse-sign sketch of a sparse matrix: each entry of A is added at `nonzeros` places of the result.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix_view.hpp>
#include <croquis/linalg/sparse.hpp>
#include <croquis/sketch/sparse_sign.hpp>

#include "sketch/multiply_sketch.hpp"

namespace croquis {

/// out = or += S(:, first_col + [0, a.rows)) a.
///
/// By columns: strips of columns in parallel, their part of the result in the second-level cache; the rows of A are
/// gone through in pieces whose part of the table is there as well. Reads A once and the table once per strip.
///
/// By rows: A is read once, in order, and added to the result itself while that is small for the third-level cache; a
/// few chunks of rows have results of their own, added in order. Each entry moves a line of the result into the
/// second-level cache and out again, 128 bytes, unless it is there still. For a larger result A is regrouped by
/// columns.
template <class T, class Index>
void multiply_sparse(const SparseSign& s, std::int64_t first_col, const CscView<T, Index>& a, Update update,
                     MatrixView<T> out);
template <class T, class Index>
void multiply_sparse(const SparseSign& s, std::int64_t first_col, const CsrView<T, Index>& a, Update update,
                     MatrixView<T> out);

}  // namespace croquis
