#include "sketch/panels.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"
#include "sketch/add_columns.hpp"
#include "sketch/panel_entries.hpp"
#include "sketch/panel_kernels.hpp"

namespace croquis {
namespace {

constexpr std::int64_t wanted_tiles = 32;
constexpr std::int64_t least_rows_per_chunk = 1024;
// Dense A: panels of S, together strip_rows x panel_cols, stay in the second-level cache.
constexpr std::int64_t strip_rows = 384;
constexpr std::int64_t panel_cols = 256;
// Sparse A: bytes of a tile of the result, which stays there beside one panel of S and the entries that meet it.
constexpr std::int64_t sparse_tile_bytes = std::int64_t{1} << 19;

std::int64_t rounded_up(std::int64_t size, std::int64_t granule) { return (size + granule - 1) / granule * granule; }

// A tile of the result in panels of `height` rows, each column-major, one after the other. Rows and columns beyond the
// result's are padding.
template <class T>
struct Tile {
  Workspace<T> memory{0};
  std::int64_t height = 0;
  std::int64_t cols = 0;

  Tile() = default;
  Tile(std::int64_t rows, std::int64_t cols_, std::int64_t height_)
      : memory(rounded_up(rows, height_) * cols_), height(height_), cols(cols_) {
    std::fill_n(memory.data(), memory.size(), T(0));
  }
  std::int64_t panels() const { return memory.size() / (height * cols); }
  T* panel(std::int64_t p) { return memory.data() + p * height * cols; }
};

// Panel p of out = or += the sum of the tiles, in order.
template <class T>
void add_panels(Tile<T>* tiles, std::int64_t count, std::int64_t p, Update update, MatrixView<T> out) {
  const std::int64_t height = tiles->height;
  const std::int64_t first = p * height;
  const std::int64_t rows = std::min(height, out.rows - first);
  for (std::int64_t j = 0; j < out.cols; ++j) {
    for (std::int64_t i = 0; i < rows; ++i) {
      T sum = update == Update::add ? out(first + i, j) : T(0);
      for (std::int64_t k = 0; k < count; ++k) sum += tiles[k].panel(p)[i + j * height];
      out(first + i, j) = sum;
    }
  }
}

// Adds S(first_row + [0, tile's rows), [begin, end)) A([begin, end), :) to a tile.
template <class T>
using TileProduct = std::function<void(std::int64_t first_row, std::int64_t begin, std::int64_t end, Tile<T>& tile)>;

// Runs `product` over strips of rows of `out` and chunks of [0, k), each with a tile of its own whose size is rounded
// up to whole granules; the tiles of a strip are added in the order of the chunks, which are multiples of `panel` long.
template <class T>
void sum_over_chunks(const Partition& strips, std::int64_t k, std::int64_t panel, const RegisterTile& granule,
                     Update update, MatrixView<T> out, const TileProduct<T>& product) {
  const std::int64_t chunks =
      std::clamp<std::int64_t>(wanted_tiles / strips.count, 1, std::max<std::int64_t>(1, k / least_rows_per_chunk));
  const Partition parts(k, chunks, panel);
  std::vector<Tile<T>> tiles(static_cast<std::size_t>(strips.count * parts.count));
  const auto tile_of = [&](std::int64_t strip, std::int64_t part) { return tiles.data() + strip * parts.count + part; };
  const auto finish = [&](std::int64_t strip, std::int64_t p) {
    add_panels(tile_of(strip, 0), parts.count, p, update,
               out.block(strips.begin(strip), 0, strips.length(strip), out.cols));
  };
  for_each_tile(strips.count * parts.count, [&](std::int64_t task) {
    const std::int64_t strip = task % strips.count;
    const std::int64_t part = task / strips.count;
    Tile<T>& tile = *tile_of(strip, part);
    tile = Tile<T>(strips.length(strip), rounded_up(out.cols, granule.cols), granule.rows);
    product(strips.begin(strip), parts.begin(part), parts.end(part), tile);
    if (parts.count > 1) return;
    for (std::int64_t p = 0; p < tile.panels(); ++p) finish(strip, p);
    tile = Tile<T>();
  });
  if (parts.count == 1) return;
  const std::int64_t most_panels = tiles.front().panels();
  for_each_tile(strips.count * most_panels, [&](std::int64_t task) {
    const std::int64_t strip = task / most_panels;
    if (task % most_panels < tile_of(strip, 0)->panels()) finish(strip, task % most_panels);
  });
}

// S(first_row + [0, height), cols) as a column-major panel; rows from end_row on, which S may not have, are left alone.
template <class T>
void fill_panel(const EntryFiller<T>& entries, std::int64_t first_row, std::int64_t height, std::int64_t end_row,
                std::int64_t first_col, std::int64_t cols, T* panel) {
  entries(first_row, first_col,
          column_major(panel, height, cols).block(0, 0, std::min(height, end_row - first_row), cols));
}

template <class T>
void multiply_dense(const EntryFiller<T>& entries, std::int64_t first_row, MatrixView<const T> a, Update update,
                    MatrixView<T> out) {
  const RegisterTile registers = register_tile<T>();
  const Partition strips(out.rows, (out.rows + strip_rows - 1) / strip_rows, 32);
  const auto product = [&](std::int64_t strip, std::int64_t begin, std::int64_t end, Tile<T>& tile) {
    Workspace<T> s(tile.panels() * registers.rows * panel_cols);
    Workspace<T> packed(panel_cols * registers.cols);
    std::fill_n(s.data(), s.size(), T(0));
    for (std::int64_t k = begin; k < end; k += panel_cols) {
      const std::int64_t count = std::min(panel_cols, end - k);
      for (std::int64_t i = 0; i < tile.panels() * registers.rows; i += registers.rows)
        fill_panel(entries, strip + i, registers.rows, out.rows, first_row + k, count, s.data() + i * count);
      multiply_panels(s.data(), tile.panels(), a.block(k, 0, count, a.cols), packed.data(), tile.panel(0));
    }
  };
  sum_over_chunks<T>(strips, a.rows, panel_cols, registers, update, out, product);
}

template <class T, class Index, template <class, class> class View>
void multiply_sparse(const EntryFiller<T>& entries, std::int64_t first_row, const View<T, Index>& a, Update update,
                     MatrixView<T> out) {
  const PanelEntries<T> grouped = group_by_panels(a);
  constexpr std::int64_t rows = column_rows<T>;
  const std::int64_t fitting_rows = sparse_tile_bytes / (static_cast<std::int64_t>(sizeof(T)) * a.cols);
  const std::int64_t most_rows = std::clamp<std::int64_t>(fitting_rows, rows, 8 * rows);
  const Partition strips(out.rows, (out.rows + most_rows - 1) / most_rows, rows);
  const auto product = [&](std::int64_t strip, std::int64_t begin, std::int64_t end, Tile<T>& tile) {
    Workspace<T> s(rows * panel_rows_of_a);
    std::fill_n(s.data(), s.size(), T(0));
    for (std::int64_t k = begin; k < end; k += panel_rows_of_a) {
      const std::int64_t panel = k / panel_rows_of_a;
      const ColumnRun* runs = grouped.runs.data() + grouped.first_run[panel];
      const ColumnRun* runs_end = grouped.runs.data() + grouped.first_run[panel + 1];
      const std::int64_t first_entry = grouped.first_entry[panel];
      for (std::int64_t p = 0; p < tile.panels(); ++p) {
        fill_panel(entries, strip + p * rows, rows, out.rows, first_row + k, std::min(panel_rows_of_a, end - k),
                   s.data());
        add_columns(s.data(), runs, runs_end, grouped.value.data() + first_entry, grouped.row.data() + first_entry,
                    tile.panel(p));
      }
    }
  };
  sum_over_chunks<T>(strips, a.rows, panel_rows_of_a, {rows, 1}, update, out, product);
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
