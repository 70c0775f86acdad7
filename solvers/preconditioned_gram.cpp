#include "solvers/preconditioned_gram.hpp"

#include <algorithm>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"
#include "linalg/parallel.hpp"
#include "sketch/regroup.hpp"

namespace croquis {
namespace {

// Rows in a batch: enough that the partial sums of its Gram matrix are read and written seldom.
constexpr std::int64_t batch_bytes = std::int64_t{64} << 20;
constexpr std::int64_t least_rows_per_column = 2;
constexpr std::int64_t tile_rows = 256;

// Rows first, first + 1, ... of A as a dense block.
template <class T>
void copy_rows(MatrixView<const T> a, std::int64_t first, MatrixView<T> to) {
  copy_serial<T>(a.block(first, 0, to.rows, to.cols), to);
}
template <class T, class Index>
void copy_rows(const CsrView<T, Index>& a, std::int64_t first, MatrixView<T> to) {
  set_zero<T>(to);
  for (std::int64_t i = 0; i < to.rows; ++i)
    for (Index k = a.row_start[first + i]; k < a.row_start[first + i + 1]; ++k) to(i, a.column[k]) += a.value[k];
}

template <class T, class Rows>
GramAndProduct<T> over_batches(const Rows& a, MatrixView<const T> r, MatrixView<const T> v) {
  const std::int64_t n = a.cols;
  const std::int64_t wanted =
      std::min(a.rows, std::max(batch_bytes / (static_cast<std::int64_t>(sizeof(T)) * n), least_rows_per_column * n));
  const std::int64_t batch_rows = (wanted + tile_rows - 1) / tile_rows * tile_rows;
  Matrix<T> memory = Matrix<T>::uninitialized(std::min(batch_rows, a.rows), n);
  const auto batch = [&](std::int64_t number) -> RowBlock<T> {
    const std::int64_t start = number * batch_rows;
    const auto b = memory.view().block(0, 0, std::min(batch_rows, a.rows - start), n);
    const Partition tiles(b.rows, (b.rows + tile_rows - 1) / tile_rows, tile_rows);
    for_each_tile(tiles.count, [&](std::int64_t tile) {
      const auto rows = b.block(tiles.begin(tile), 0, tiles.length(tile), n);
      copy_rows(a, start + tiles.begin(tile), rows);
      solve_triangular<T>(Side::right, Transpose::no, r, rows);
    });
    return {b, v.block(start, 0, b.rows, v.cols)};
  };
  return gram_and_product<T>(batch_rows, n, v.cols, (a.rows + batch_rows - 1) / batch_rows, batch);
}

}  // namespace

template <class T>
GramAndProduct<T> preconditioned_gram(const AnyMatrixView<T>& a, MatrixView<const T> r, MatrixView<const T> v) {
  return std::visit(
      [&](const auto& view) {
        if constexpr (requires { view.column_start; }) {
          const auto by_rows = regroup(transposed(view));
          return over_batches<T>(transposed(by_rows.view()), r, v);
        } else {
          return over_batches<T>(view, r, v);
        }
      },
      a.storage());
}

#define CROQUIS_INSTANTIATE(T) \
  template GramAndProduct<T> preconditioned_gram(const AnyMatrixView<T>&, MatrixView<const T>, MatrixView<const T>);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
