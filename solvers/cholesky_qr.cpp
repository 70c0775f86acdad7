#include "solvers/cholesky_qr.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <croquis/sketch/apply.hpp>

#include "linalg/blas.hpp"
#include "linalg/densify.hpp"
#include "linalg/finite.hpp"
#include "linalg/parallel.hpp"
#include "linalg/tall_qr.hpp"
#include "solvers/column_scaling.hpp"
#include "solvers/preconditioned_gram.hpp"

namespace croquis {
namespace {

constexpr std::int64_t sketch_rows_per_column = 4;
constexpr std::int64_t least_ratio = 2;  // of A's rows to the sketch's
constexpr std::int64_t tile_cols = 64;

// R of A = Q R by Householder QR; A is overwritten. Columns are scaled in between, so that no square leaves the range.
Matrix<double> householder_triangle(Matrix<double> a) {
  const std::vector<double> scale = unit_column_scale<double>(a.view());
  scale_columns<double>(a.view(), scale);
  Matrix<double> nothing(a.rows(), 0);
  Matrix<double> r = tall_qr<double>(a.view(), nothing.view()).r;
  for (std::int64_t j = 0; j < r.cols(); ++j)
    for (std::int64_t i = 0; i <= j; ++i) r(i, j) /= scale[static_cast<std::size_t>(j)];
  return r;
}

bool has_zero_on_diagonal(const Matrix<double>& r) {
  for (std::int64_t j = 0; j < r.cols(); ++j)
    if (r(j, j) == 0) return true;
  return false;
}

}  // namespace

AnySketch cholesky_qr_sketch(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  return make_sketch(SketchFamily::sparse_sign, sketch_rows_per_column * cols, rows, seed);
}

std::int64_t least_rows_of_cholesky_qr(std::int64_t cols) { return least_ratio * sketch_rows_per_column * cols; }

Matrix<double> sketched_triangle(const AnyMatrixView<double>& a, std::uint64_t seed) {
  if (a.rows() < least_rows_of_cholesky_qr(a.cols())) return householder_triangle(densify<double>(a));
  const AnySketch sketch = cholesky_qr_sketch(a.rows(), a.cols(), seed);
  Matrix<double> sa = Matrix<double>::uninitialized(sketch.rows(), a.cols());
  apply(sketch, a, sa.view());
  return householder_triangle(std::move(sa));
}

Matrix<double> sketched_triangle(const MadeRows<double>& a, std::uint64_t seed) {
  const AnySketch sketch = cholesky_qr_sketch(a.rows, a.cols, seed);
  Matrix<double> sa(sketch.rows(), a.cols);
  RowBatches<double> batches(a);
  for (std::int64_t batch = 0; batch < batches.count(); ++batch)
    accumulate(sketch, batches.first_row(batch), batches.make(batch), sa.view());
  return householder_triangle(std::move(sa));
}

Matrix<double> triangular_factor(const AnyMatrixView<double>& a, std::uint64_t seed) {
  if (a.cols() == 0) return Matrix<double>(0, 0);
  if (a.rows() < least_rows_of_cholesky_qr(a.cols())) return householder_triangle(densify<double>(a));
  const Matrix<double> r = sketched_triangle(a, seed);
  if (!has_zero_on_diagonal(r) && all_finite<double>(r.view())) {
    const Matrix<double> nothing(a.rows(), 0);
    Matrix<double> g = preconditioned_gram<double>(a, r.view(), nothing.view()).gram;
    if (cholesky<double>(g)) return product_of_triangles<double>(g.view(), r.view());
  }
  return householder_triangle(densify<double>(a));
}

template <class T>
Matrix<T> product_of_triangles(MatrixView<const T> l, MatrixView<const T> r) {
  const std::int64_t n = r.cols;
  Matrix<T> result(n, n);
  const Partition tiles(n, (n + tile_cols - 1) / tile_cols, tile_cols);
  for_each_tile(tiles.count, [&](std::int64_t tile) {
    const std::int64_t first = tiles.begin(tile);
    const std::int64_t cols = tiles.length(tile);
    const std::int64_t rows = first + cols;
    multiply<T>(1, l.block(0, 0, rows, rows), r.block(0, first, rows, cols), 0,
                result.view().block(0, first, rows, cols));
  });
  for (std::int64_t j = 0; j < n; ++j) std::fill(&result(0, j) + j + 1, &result(0, j) + n, T(0));
  return result;
}

template <class T>
Matrix<T> inverse_of_triangle(MatrixView<const T> r) {
  const std::int64_t n = r.cols;
  Matrix<T> inverse(n, n);
  for (std::int64_t j = 0; j < n; ++j) inverse(j, j) = 1;
  const Partition tiles(n, (n + tile_cols - 1) / tile_cols, tile_cols);
  for_each_tile(tiles.count, [&](std::int64_t tile) {
    const std::int64_t first = tiles.begin(tile);
    const std::int64_t rows = tiles.end(tile);
    solve_triangular<T>(Side::left, Transpose::no, r.block(0, 0, rows, rows),
                        inverse.view().block(0, first, rows, tiles.length(tile)));
  });
  return inverse;
}

#define CROQUIS_INSTANTIATE(T)                                                          \
  template Matrix<T> product_of_triangles<T>(MatrixView<const T>, MatrixView<const T>); \
  template Matrix<T> inverse_of_triangle<T>(MatrixView<const T>);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
