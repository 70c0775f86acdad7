#include "sketch/panels.hpp"

#include <algorithm>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"
#include "sketch/add_columns.hpp"
#include "sketch/regroup.hpp"

namespace croquis {
namespace {

constexpr std::int64_t wanted_tiles = 32;
constexpr std::int64_t least_rows_per_chunk = 1024;
// A panel of S, strip_rows x panel_cols, stays in the second-level cache.
constexpr std::int64_t strip_rows = 256;
constexpr std::int64_t panel_cols = 256;
// Bytes of a sparse product's tile of the result.
constexpr std::int64_t sparse_tile_bytes = std::int64_t{1} << 19;

/// partial = or += S(strip, chunk of columns) * (chunk of rows of A)
template <class T>
using TileProduct =
    std::function<void(std::int64_t first_row, std::int64_t begin, std::int64_t end, Update update, MatrixView<T> to)>;

// Runs `product` over strips of rows of `out` and chunks of [0, k); the chunks of a strip are added in order.
template <class T>
void sum_over_chunks(const Partition& strips, std::int64_t k, Update update, MatrixView<T> out,
                     const TileProduct<T>& product) {
  const std::int64_t chunks =
      std::clamp<std::int64_t>(wanted_tiles / strips.count, 1, std::max<std::int64_t>(1, k / least_rows_per_chunk));
  const Partition parts(k, chunks);
  // The first chunk works on the output itself, the others on partial sums of their own.
  std::vector<Matrix<T>> partial;
  for (std::int64_t part = 1; part < parts.count; ++part)
    partial.push_back(Matrix<T>::uninitialized(out.rows, out.cols, out.layout));
  const auto strip_of = [&](MatrixView<T> view, std::int64_t strip) {
    return view.block(strips.begin(strip), 0, strips.length(strip), view.cols);
  };
  for_each_tile(strips.count * parts.count, [&](std::int64_t tile) {
    const std::int64_t strip = tile % strips.count;
    const std::int64_t part = tile / strips.count;
    product(strips.begin(strip), parts.begin(part), parts.end(part), part == 0 ? update : Update::overwrite,
            strip_of(part == 0 ? out : partial[static_cast<std::size_t>(part - 1)].view(), strip));
  });
  if (partial.empty()) return;
  for_each_tile(strips.count, [&](std::int64_t strip) {
    MatrixView<T> sum = strip_of(out, strip);
    if (out.layout == Layout::row_major) sum = sum.transposed();
    for (Matrix<T>& other : partial) {
      MatrixView<T> term = strip_of(other.view(), strip);
      if (out.layout == Layout::row_major) term = term.transposed();
      for (std::int64_t j = 0; j < sum.cols; ++j) {
        T* to = sum.data + j * sum.leading_dimension;
        const T* from = term.data + j * term.leading_dimension;
        for (std::int64_t i = 0; i < sum.rows; ++i) to[i] += from[i];
      }
    }
  });
}

template <class T>
void multiply_dense(const EntryFiller<T>& entries, std::int64_t first_row, MatrixView<const T> a, Update update,
                    MatrixView<T> out) {
  const Partition strips(out.rows, (out.rows + strip_rows - 1) / strip_rows, 2);
  sum_over_chunks<T>(
      strips, a.rows, update, out,
      [&](std::int64_t strip, std::int64_t begin, std::int64_t end, Update first_update, MatrixView<T> to) {
        Workspace<T> memory(to.rows * panel_cols);
        for (std::int64_t k = begin; k < end; k += panel_cols) {
          const std::int64_t count = std::min(panel_cols, end - k);
          const auto panel = row_major(memory.data(), to.rows, count);
          entries(strip, first_row + k, panel);
          const T beta = k == begin && first_update == Update::overwrite ? T(0) : T(1);
          multiply<T>(T(1), panel, a.block(k, 0, count, a.cols), beta, to);
        }
      });
}

template <class T, class Index>
void multiply_sparse(const EntryFiller<T>& entries, std::int64_t first_row, const CsrView<T, Index>& a, Update update,
                     MatrixView<T> out) {
  const std::int64_t fitting_rows = sparse_tile_bytes / (static_cast<std::int64_t>(sizeof(T)) * a.cols);
  const std::int64_t rows = std::clamp<std::int64_t>(fitting_rows, 16, strip_rows);
  const Partition strips(out.rows, (out.rows + rows - 1) / rows, 16);
  sum_over_chunks<T>(
      strips, a.rows, update, out,
      [&](std::int64_t strip, std::int64_t begin, std::int64_t end, Update first_update, MatrixView<T> to) {
        Workspace<T> memory(to.rows * panel_cols);
        Workspace<T> sum(to.rows * a.cols);
        std::fill_n(sum.data(), sum.size(), T(0));
        for (std::int64_t k = begin; k < end; k += panel_cols) {
          const std::int64_t count = std::min(panel_cols, end - k);
          entries(strip, first_row + k, column_major(memory.data(), to.rows, count));
          for (std::int64_t i = 0; i < count; ++i) {
            const auto first = static_cast<std::int64_t>(a.row_start[k + i]);
            const auto last = static_cast<std::int64_t>(a.row_start[k + i + 1]);
            add_columns(memory.data() + i * to.rows, to.rows, a.column + first, a.value + first, last - first,
                        sum.data(), to.rows);
          }
        }
        for (std::int64_t j = 0; j < to.cols; ++j)
          for (std::int64_t i = 0; i < to.rows; ++i)
            to(i, j) = (first_update == Update::add ? to(i, j) : T(0)) + sum[i + j * to.rows];
      });
}

template <class T, class Index>
void multiply_sparse(const EntryFiller<T>& entries, std::int64_t first_row, const CscView<T, Index>& a, Update update,
                     MatrixView<T> out) {
  const GroupedByColumn<T> by_rows = regroup(transposed(a));
  multiply_sparse(entries, first_row, transposed(by_rows.view()), update, out);
}

}  // namespace

template <class T>
void multiply_by_panels(const EntryFiller<T>& entries, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                        MatrixView<T> out) {
  std::visit(
      [&](const auto& view) {
        if constexpr (std::is_same_v<std::decay_t<decltype(view)>, MatrixView<const T>>) {
          multiply_dense<T>(entries, first_row, view, update, out);
        } else {
          multiply_sparse(entries, first_row, view, update, out);
        }
      },
      a.storage());
}

template void multiply_by_panels(const EntryFiller<float>&, std::int64_t, const AnyMatrixView<float>&, Update,
                                 MatrixView<float>);
template void multiply_by_panels(const EntryFiller<double>&, std::int64_t, const AnyMatrixView<double>&, Update,
                                 MatrixView<double>);

}  // namespace croquis
