#include "solvers/non_finite_row.hpp"

#include <algorithm>
#include <cmath>

namespace croquis {
namespace {

template <class T>
std::int64_t find(const MatrixView<const T>& a) {
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < a.cols; ++j)
      if (!std::isfinite(a(i, j))) return i;
  return a.rows;
}

template <class T, class Index>
std::int64_t find(const CsrView<T, Index>& a) {
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (Index k = a.row_start[i]; k < a.row_start[i + 1]; ++k)
      if (!std::isfinite(a.value[k])) return i;
  return a.rows;
}

template <class T, class Index>
std::int64_t find(const CscView<T, Index>& a) {
  std::int64_t first = a.rows;
  for (std::int64_t j = 0; j < a.cols; ++j)
    for (Index k = a.column_start[j]; k < a.column_start[j + 1]; ++k)
      if (!std::isfinite(a.value[k])) first = std::min<std::int64_t>(first, a.row[k]);
  return first;
}

}  // namespace

template <class T>
std::optional<std::int64_t> first_non_finite_row(const AnyMatrixView<T>& a) {
  const std::int64_t row = std::visit([](const auto& view) { return find(view); }, a.storage());
  return row < a.rows() ? std::optional(row) : std::nullopt;
}

template std::optional<std::int64_t> first_non_finite_row<float>(const AnyMatrixView<float>&);
template std::optional<std::int64_t> first_non_finite_row<double>(const AnyMatrixView<double>&);

}  // namespace croquis
