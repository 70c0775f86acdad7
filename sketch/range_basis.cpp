#include "sketch/range_basis.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/condition.hpp"
#include "linalg/copy.hpp"
#include "linalg/densify.hpp"
#include "linalg/parallel.hpp"
#include "linalg/tall_qr.hpp"

namespace croquis {

template <class T>
std::vector<int> scale_columns_to_unit(MatrixView<T> a) {
  std::vector<int> exponents(static_cast<std::size_t>(a.cols), 0);
  // By way of the largest entry: squares of the entries, and the norm itself, may be out of range.
  for_each_tile(a.cols, [&](std::int64_t j) {
    T* column = a.data + j * a.leading_dimension;
    T largest = 0;
    for (std::int64_t i = 0; i < a.rows; ++i) largest = std::max(largest, std::abs(column[i]));
    if (largest == 0) return;
    const auto scale = [&](int exponent) {
      exponents[static_cast<std::size_t>(j)] += exponent;
      for (std::int64_t i = 0; i < a.rows; ++i) column[i] = std::scalbn(column[i], exponent);
    };
    scale(-std::ilogb(largest));
    scale(-std::ilogb(norm2(a.rows, column)));
  });
  return exponents;
}

namespace {

template <class T>
Matrix<T> triangle_of(MatrixView<T> overwritten) {
  Matrix<T> nothing(overwritten.rows, 0);
  return tall_qr<T>(overwritten, nothing.view()).r;
}

// A := A R^-1, by blocks of rows.
template <class T>
void divide_by_triangle(MatrixView<T> a, MatrixView<const std::type_identity_t<T>> r) {
  const Partition parts(a.rows, 256, 256);
  for_each_tile(parts.count, [&](std::int64_t part) {
    solve_triangular<T>(Side::right, Transpose::no, r, a.block(parts.begin(part), 0, parts.length(part), a.cols));
  });
}

}  // namespace

template <class T>
RangeTriangle<T> range_triangle(MatrixView<T> a, double rcond) {
  const std::int64_t n = a.cols;
  Matrix<T> nothing(n, 0);
  PivotedQr<T> pivoted = pivoted_qr(triangle_of(a), nothing.view());
  const double relative = rcond > 0 ? rcond : default_rcond<T>(n);
  const double tolerance = n > 0 ? relative * std::abs(pivoted.r(0, 0)) : 0;
  std::int64_t rank = 0;
  while (rank < n && std::abs(pivoted.r(rank, rank)) > tolerance) ++rank;
  pivoted.permutation.resize(static_cast<std::size_t>(rank));
  return {std::move(pivoted.permutation), Matrix<T>(MatrixView<const T>(pivoted.r.view().block(0, 0, rank, rank)))};
}

template <class T>
Matrix<T> range_basis(const AnyMatrixView<T>& a, double rcond) {
  const std::int64_t m = a.rows();
  Matrix<T> scaled = densify(a);
  scale_columns_to_unit(scaled.view());
  Matrix<T> work = scaled;
  const RangeTriangle<T> triangle = range_triangle(work.view(), rcond);
  const std::int64_t rank = triangle.rank();

  // The columns that carry the range, in the workspace; then the scaled matrix is free for the second round.
  const auto basis = work.view().block(0, 0, m, rank);
  for (std::int64_t k = 0; k < rank; ++k)
    copy<T>(scaled.view().block(0, triangle.columns[static_cast<std::size_t>(k)], m, 1), basis.block(0, k, m, 1));
  divide_by_triangle(basis, triangle.r.view());
  const auto again = scaled.view().block(0, 0, m, rank);
  copy<T>(basis, again);
  divide_by_triangle(basis, triangle_of(again).view());
  if (rank == a.cols()) return work;
  return Matrix<T>(MatrixView<const T>(basis));
}

#define CROQUIS_INSTANTIATE(T)                                     \
  template std::vector<int> scale_columns_to_unit(MatrixView<T>);  \
  template RangeTriangle<T> range_triangle(MatrixView<T>, double); \
  template Matrix<T> range_basis(const AnyMatrixView<T>&, double);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
