// A sparse matrix's entries grouped the other way: by columns instead of by rows, or back.
#pragma once

#include <cstdint>

#include <croquis/linalg/sparse.hpp>

#include "linalg/memory.hpp"

namespace croquis {

/// Owns what `regroup` makes; view() has the shape of the original matrix.
template <class T>
struct GroupedByColumn {
  std::int64_t rows;
  std::int64_t cols;
  Workspace<std::int64_t> column_start;
  Workspace<std::int64_t> row;
  Workspace<T> value;
  CscView<T, std::int64_t> view() const { return {rows, cols, column_start.data(), row.data(), value.data()}; }
};

/// The entries of `a` by columns, rows ascending within each; entries that repeat a place stay apart, in their order.
///
/// A counting sort in parallel over chunks of rows: reads a twice and writes it once. To go from columns to rows,
/// regroup the transpose.
template <class T, class Index>
GroupedByColumn<T> regroup(const CsrView<T, Index>& a);

}  // namespace croquis
