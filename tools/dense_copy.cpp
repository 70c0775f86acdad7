#include "tools/dense_copy.hpp"

#include <algorithm>

namespace croquis::tools {
namespace {

void fill_dense(MatrixView<const double> from, Matrix<double>& to) { copy_dense(from, to.view()); }

template <class Index>
void fill_dense(const CsrView<double, Index>& from, Matrix<double>& to) {
  for (std::int64_t i = 0; i < from.rows; ++i)
    for (Index k = from.row_start[i]; k < from.row_start[i + 1]; ++k) to(i, from.column[k]) += from.value[k];
}

template <class Index>
void fill_dense(const CscView<double, Index>& from, Matrix<double>& to) {
  for (std::int64_t j = 0; j < from.cols; ++j)
    for (Index k = from.column_start[j]; k < from.column_start[j + 1]; ++k) to(from.row[k], j) += from.value[k];
}

}  // namespace

void copy_dense(MatrixView<const double> from, MatrixView<double> to) {
  // Square tiles: whichever of the two layouts differ, both sides stay in cache.
  constexpr std::int64_t tile = 64;
  for (std::int64_t i0 = 0; i0 < from.rows; i0 += tile)
    for (std::int64_t j0 = 0; j0 < from.cols; j0 += tile)
      for (std::int64_t j = j0; j < std::min(from.cols, j0 + tile); ++j)
        for (std::int64_t i = i0; i < std::min(from.rows, i0 + tile); ++i) to(i, j) = from(i, j);
}

Matrix<double> dense_copy(const AnyMatrixView<double>& a) {
  Matrix<double> result(a.rows(), a.cols());
  std::visit([&](const auto& view) { fill_dense(view, result); }, a.storage());
  return result;
}

}  // namespace croquis::tools
