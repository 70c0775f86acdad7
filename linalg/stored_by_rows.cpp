#include "linalg/stored_by_rows.hpp"

#include <cassert>
#include <utility>
#include <variant>
#include <vector>

namespace croquis {
namespace {

// A's transpose by rows, from A by rows: reading A in order leaves the columns of each new row ascending, with the
// entries of one place side by side.
template <class T, class Index>
SparseMatrix<T> transpose(const CsrView<T, Index>& a) {
  std::vector<std::int64_t> next(static_cast<std::size_t>(a.cols) + 1, 0);
  const Index first = a.rows > 0 ? a.row_start[0] : Index(0);
  const Index last = a.rows > 0 ? a.row_start[a.rows] : Index(0);
  for (Index k = first; k < last; ++k) ++next[a.column[k] + 1];
  for (std::int64_t j = 0; j < a.cols; ++j) next[j + 1] += next[j];
  std::vector<std::int64_t> start = next;
  std::vector<std::int64_t> column(static_cast<std::size_t>(last - first));
  std::vector<T> value(column.size());
  bool repeated = false;
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (Index k = a.row_start[i]; k < a.row_start[i + 1]; ++k) {
      const std::int64_t j = a.column[k];
      const std::int64_t place = next[j]++;
      column[place] = i;
      value[place] = a.value[k];
      repeated = repeated || (place > start[j] && column[place - 1] == i);
    }
  }
  if (repeated) {
    std::size_t kept = 0;
    std::int64_t begin = 0;
    for (std::int64_t j = 0; j < a.cols; ++j) {
      const std::int64_t end = start[j + 1];
      const std::size_t row_begin = kept;
      for (std::int64_t k = begin; k < end; ++k) {
        if (kept > row_begin && column[kept - 1] == column[k]) {
          value[kept - 1] += value[k];
        } else {
          column[kept] = column[k];
          value[kept++] = value[k];
        }
      }
      begin = end;
      start[j + 1] = static_cast<std::int64_t>(kept);
    }
    column.resize(kept);
    value.resize(kept);
  }
  return SparseMatrix<T>(a.cols, a.rows, std::move(start), std::move(column), std::move(value));
}

}  // namespace

template <class T>
SparseMatrix<T> stored_by_rows(const AnyMatrixView<T>& a) {
  return std::visit(
      [](const auto& view) -> SparseMatrix<T> {
        if constexpr (requires { view.row_start; }) {
          const SparseMatrix<T> by_columns = transpose(view);
          return transpose(by_columns.view());
        } else if constexpr (requires { view.column_start; }) {
          return transpose(transposed(view));
        } else {
          assert(false && "a dense matrix");
          return {};
        }
      },
      a.storage());
}

template SparseMatrix<float> stored_by_rows<float>(const AnyMatrixView<float>&);
template SparseMatrix<double> stored_by_rows<double>(const AnyMatrixView<double>&);

}  // namespace croquis
