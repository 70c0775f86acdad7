#include "solvers/cholesky_qr.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <croquis/sketch/apply.hpp>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"
#include "linalg/densify.hpp"
#include "linalg/finite.hpp"
#include "linalg/gram.hpp"
#include "linalg/parallel.hpp"
#include "linalg/tall_qr.hpp"
#include "sketch/regroup.hpp"
#include "solvers/column_scaling.hpp"

namespace croquis {
namespace {

constexpr std::int64_t sketch_rows_per_column = 4;
constexpr std::int64_t least_ratio = 2;  // of A's rows to the sketch's
// Rows in a batch: enough that the n^2 work of adding its Gram matrix does not count.
constexpr std::int64_t batch_bytes = std::int64_t{64} << 20;
constexpr std::int64_t least_rows_per_column = 2;
constexpr std::int64_t tile_rows = 256;
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

// Rows first, first + 1, ... of A as a dense block.
void copy_rows(MatrixView<const double> a, std::int64_t first, MatrixView<double> to) {
  copy_serial<double>(a.block(first, 0, to.rows, to.cols), to);
}
template <class Index>
void copy_rows(const CsrView<double, Index>& a, std::int64_t first, MatrixView<double> to) {
  set_zero<double>(to);
  for (std::int64_t i = 0; i < to.rows; ++i)
    for (Index k = a.row_start[first + i]; k < a.row_start[first + i + 1]; ++k) to(i, a.column[k]) += a.value[k];
}

// G = B^T B with B = A R^-1, its upper triangle. Data movement: A is read once, a tile of rows at a time into a batch
// of B; a batch is read by the product as `gram` says.
template <class Rows>
Matrix<double> preconditioned_gram(const Rows& a, MatrixView<const double> r) {
  const std::int64_t n = a.cols;
  const std::int64_t wanted = std::max(batch_bytes / (8 * n), least_rows_per_column * n);
  const std::int64_t batch_rows = (wanted + tile_rows - 1) / tile_rows * tile_rows;
  Matrix<double> batch = Matrix<double>::uninitialized(std::min(batch_rows, a.rows), n);
  Matrix<double> sum(n, n);
  for (std::int64_t start = 0; start < a.rows; start += batch_rows) {
    const auto b = batch.view().block(0, 0, std::min(batch_rows, a.rows - start), n);
    const Partition tiles(b.rows, (b.rows + tile_rows - 1) / tile_rows, tile_rows);
    for_each_tile(tiles.count, [&](std::int64_t tile) {
      const auto rows = b.block(tiles.begin(tile), 0, tiles.length(tile), n);
      copy_rows(a, start + tiles.begin(tile), rows);
      solve_triangular<double>(Side::right, Transpose::no, r, rows);
    });
    const Matrix<double> part = gram<double>(b);
    for (std::int64_t i = 0; i < n * n; ++i) sum.data()[i] += part.data()[i];
  }
  return sum;
}

Matrix<double> preconditioned_gram(const AnyMatrixView<double>& a, MatrixView<const double> r) {
  return std::visit(
      [&](const auto& view) {
        if constexpr (requires { view.column_start; }) {
          const auto by_rows = regroup(transposed(view));
          return preconditioned_gram(transposed(by_rows.view()), r);
        } else {
          return preconditioned_gram(view, r);
        }
      },
      a.storage());
}

// L R, both upper triangular.
Matrix<double> product_of_triangles(MatrixView<const double> l, MatrixView<const double> r) {
  const std::int64_t n = r.cols;
  Matrix<double> result(n, n);
  const Partition tiles(n, (n + tile_cols - 1) / tile_cols, tile_cols);
  for_each_tile(tiles.count, [&](std::int64_t tile) {
    const std::int64_t first = tiles.begin(tile);
    const std::int64_t cols = tiles.length(tile);
    const std::int64_t rows = first + cols;
    multiply<double>(1, l.block(0, 0, rows, rows), r.block(0, first, rows, cols), 0,
                     result.view().block(0, first, rows, cols));
  });
  for (std::int64_t j = 0; j < n; ++j) std::fill(&result(0, j) + j + 1, &result(0, j) + n, 0.0);
  return result;
}

bool has_zero_on_diagonal(const Matrix<double>& r) {
  for (std::int64_t j = 0; j < r.cols(); ++j)
    if (r(j, j) == 0) return true;
  return false;
}

std::optional<SparseSign> sketch_for(const AnyMatrixView<double>& a, std::uint64_t seed) {
  const std::int64_t rows = sketch_rows_per_column * a.cols();
  if (a.rows() < least_ratio * rows) return std::nullopt;
  return SparseSign{.rows = rows, .cols = a.rows(), .nonzeros = std::min<std::int64_t>(8, rows), .seed = seed};
}

}  // namespace

Matrix<double> sketched_triangle(const AnyMatrixView<double>& a, std::uint64_t seed) {
  const std::optional<SparseSign> sketch = sketch_for(a, seed);
  return householder_triangle(sketch ? *sketch * a : densify<double>(a));
}

Matrix<double> triangular_factor(const AnyMatrixView<double>& a, std::uint64_t seed) {
  if (a.cols() == 0) return Matrix<double>(0, 0);
  if (!sketch_for(a, seed)) return householder_triangle(densify<double>(a));
  const Matrix<double> r = sketched_triangle(a, seed);
  if (!has_zero_on_diagonal(r) && all_finite<double>(r.view())) {
    Matrix<double> g = preconditioned_gram(a, r.view());
    if (cholesky<double>(g)) return product_of_triangles(g.view(), r.view());
  }
  return householder_triangle(densify<double>(a));
}

Matrix<double> inverse_of_triangle(MatrixView<const double> r) {
  const std::int64_t n = r.cols;
  Matrix<double> inverse(n, n);
  for (std::int64_t j = 0; j < n; ++j) inverse(j, j) = 1;
  const Partition tiles(n, (n + tile_cols - 1) / tile_cols, tile_cols);
  for_each_tile(tiles.count, [&](std::int64_t tile) {
    const std::int64_t first = tiles.begin(tile);
    const std::int64_t rows = tiles.end(tile);
    solve_triangular<double>(Side::left, Transpose::no, r.block(0, 0, rows, rows),
                             inverse.view().block(0, first, rows, tiles.length(tile)));
  });
  return inverse;
}

}  // namespace croquis
