#include "sketch/panels.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"
#include "sketch/add_columns.hpp"
#include "sketch/panel_kernels.hpp"
#include "sketch/regroup.hpp"

namespace croquis {
namespace {

constexpr std::int64_t wanted_tiles = 32;
constexpr std::int64_t least_rows_per_chunk = 1024;
// Panels of S, together strip_rows x panel_cols, stay in the second-level cache.
constexpr std::int64_t strip_rows = 384;
constexpr std::int64_t panel_cols = 256;
// Bytes of a sparse product's tile of the result.
constexpr std::int64_t sparse_tile_bytes = std::int64_t{1} << 19;

std::int64_t rounded_up(std::int64_t size, std::int64_t granule) { return (size + granule - 1) / granule * granule; }

// Adds S(strip, chunk) A(chunk, :) to a column-major tile: strip = first_row + [0, tile.rows), chunk = [begin, end).
template <class T>
using TileProduct =
    std::function<void(std::int64_t first_row, std::int64_t begin, std::int64_t end, MatrixView<T> tile)>;

// out(strip, :) = or += the sum of the tiles, in order.
template <class T>
void add_tiles(const Workspace<T>* tiles, std::int64_t count, std::int64_t stride, Update update, MatrixView<T> out) {
  for (std::int64_t j = 0; j < out.cols; ++j) {
    for (std::int64_t i = 0; i < out.rows; ++i) {
      T sum = update == Update::add ? out(i, j) : T(0);
      for (std::int64_t k = 0; k < count; ++k) sum += tiles[k][i + j * stride];
      out(i, j) = sum;
    }
  }
}

// Runs `product` over strips of rows of `out` and chunks of [0, k), each with a tile of its own, whose shape is that of
// the strip rounded up to whole register tiles; the tiles of a strip are added in the order of the chunks.
template <class T>
void sum_over_chunks(const Partition& strips, std::int64_t k, const RegisterTile& granule, Update update,
                     MatrixView<T> out, const TileProduct<T>& product) {
  const std::int64_t chunks =
      std::clamp<std::int64_t>(wanted_tiles / strips.count, 1, std::max<std::int64_t>(1, k / least_rows_per_chunk));
  const Partition parts(k, chunks);
  const std::int64_t tile_cols = rounded_up(out.cols, granule.cols);
  std::vector<Workspace<T>> tiles;
  for (std::int64_t tile = 0; tile < strips.count * parts.count; ++tile) tiles.push_back(Workspace<T>(0));
  const auto stride = [&](std::int64_t strip) { return rounded_up(strips.length(strip), granule.rows); };
  const auto finish = [&](std::int64_t strip) {
    add_tiles(tiles.data() + strip * parts.count, parts.count, stride(strip), update,
              out.block(strips.begin(strip), 0, strips.length(strip), out.cols));
  };
  for_each_tile(strips.count * parts.count, [&](std::int64_t task) {
    const std::int64_t strip = task % strips.count;
    const std::int64_t part = task / strips.count;
    Workspace<T>& tile = tiles[static_cast<std::size_t>(strip * parts.count + part)];
    tile = Workspace<T>(stride(strip) * tile_cols);
    std::fill_n(tile.data(), tile.size(), T(0));
    product(strips.begin(strip), parts.begin(part), parts.end(part),
            column_major(tile.data(), stride(strip), tile_cols));
    if (parts.count > 1) return;
    finish(strip);
    tile = Workspace<T>(0);
  });
  if (parts.count > 1) for_each_tile(strips.count, finish);
}

template <class T>
void multiply_dense(const EntryFiller<T>& entries, std::int64_t first_row, MatrixView<const T> a, Update update,
                    MatrixView<T> out) {
  const RegisterTile registers = register_tile<T>();
  const Partition strips(out.rows, (out.rows + strip_rows - 1) / strip_rows, 32);
  sum_over_chunks<T>(strips, a.rows, registers, update, out,
                     [&](std::int64_t strip, std::int64_t begin, std::int64_t end, MatrixView<T> tile) {
                       Workspace<T> s(tile.rows * panel_cols);
                       Workspace<T> packed(panel_cols * registers.cols);
                       for (std::int64_t k = begin; k < end; k += panel_cols) {
                         const std::int64_t count = std::min(panel_cols, end - k);
                         // The last panel may have rows beyond S's, which are as good as any and end in the padding of
                         // the tile.
                         for (std::int64_t i = 0; i < tile.rows; i += registers.rows)
                           entries(strip + i, first_row + k, column_major(s.data() + i * count, registers.rows, count));
                         multiply_panels(s.data(), tile.rows / registers.rows, a.block(k, 0, count, a.cols),
                                         packed.data(), tile.data);
                       }
                     });
}

template <class T, class Index>
void multiply_sparse(const EntryFiller<T>& entries, std::int64_t first_row, const CsrView<T, Index>& a, Update update,
                     MatrixView<T> out) {
  const std::int64_t fitting_rows = sparse_tile_bytes / (static_cast<std::int64_t>(sizeof(T)) * a.cols);
  const std::int64_t rows = std::clamp<std::int64_t>(fitting_rows, 16, 256);
  const Partition strips(out.rows, (out.rows + rows - 1) / rows, 16);
  sum_over_chunks<T>(strips, a.rows, {1, 1}, update, out,
                     [&](std::int64_t strip, std::int64_t begin, std::int64_t end, MatrixView<T> tile) {
                       Workspace<T> memory(tile.rows * panel_cols);
                       for (std::int64_t k = begin; k < end; k += panel_cols) {
                         const std::int64_t count = std::min(panel_cols, end - k);
                         entries(strip, first_row + k, column_major(memory.data(), tile.rows, count));
                         for (std::int64_t i = 0; i < count; ++i) {
                           const auto first = static_cast<std::int64_t>(a.row_start[k + i]);
                           const auto last = static_cast<std::int64_t>(a.row_start[k + i + 1]);
                           add_columns(memory.data() + i * tile.rows, tile.rows, a.column + first, a.value + first,
                                       last - first, tile.data, tile.rows);
                         }
                       }
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
