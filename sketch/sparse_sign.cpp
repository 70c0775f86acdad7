#include <algorithm>

#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"
#include "sketch/entries.hpp"
#include "sketch/multiply_sketch.hpp"
#include "sketch/scatter_kernels.hpp"
#include "sketch/sparse_sign_draws.hpp"
#include "sketch/sparse_sign_of_sparse.hpp"
#include "sketch/strips.hpp"

namespace croquis {

// By columns it is a line. By rows, the longer the pieces of a row the better memory delivers them: whole rows are best
// as long as the tile is small for the third-level cache, since some processors fetch far beyond each piece. Of a
// larger tile, the more additions there are for an entry of A, the nearer it should be.
template <class T>
std::int64_t strip_width_for(const SparseSign& s, MatrixView<const T> a, std::int64_t rows) {
  constexpr std::int64_t most_tile_bytes = std::int64_t{1} << 22;
  constexpr std::int64_t line = line_width<T>;
  if (a.layout == Layout::column_major) return line;
  const std::int64_t row_lines = (a.cols + line - 1) / line;
  const std::int64_t most_lines = std::max<std::int64_t>(1, most_tile_bytes / (64 * rows));
  if (row_lines <= most_lines) return row_lines * line;
  return std::min(most_lines, s.nonzeros == 1 ? std::int64_t{16} : std::int64_t{8}) * line;
}

namespace {

// Dense. S is a stack of CountSketches: as many of them are applied at once as keep a strip's part of the result in
// cache, which is all of them until d is over 2^16. Each such group reads A once, in whatever layout.
template <class T>
void multiply_dense(const SparseSign& s, std::int64_t first_col, MatrixView<const T> a, Update update,
                    MatrixView<T> out) {
  // A table of 32 MiB, which would outgrow a narrow A, serves for so many rows.
  const std::int64_t most_rows = std::max<std::int64_t>(1, (std::int64_t{1} << 23) / s.nonzeros);
  if (a.rows > most_rows) {
    for (std::int64_t first = 0; first < a.rows; first += most_rows)
      multiply_dense<T>(s, first_col + first, a.block(first, 0, std::min(most_rows, a.rows - first), a.cols),
                        first == 0 ? update : Update::add, out);
    return;
  }
  const Workspace<std::uint32_t> table = draw_table(s, first_col, a.rows);
  constexpr std::int64_t block = 256;
  constexpr std::int64_t most_tile_rows = std::int64_t{1} << 16;
  const Partition groups(s.nonzeros, (s.rows + most_tile_rows - 1) / most_tile_rows);
  for (std::int64_t group = 0; group < groups.count; ++group) {
    const std::int64_t first_row = block_begin(s, groups.begin(group));
    const std::int64_t rows = block_begin(s, groups.end(group)) - first_row;
    // A chunk's own tile costs about 3 row operations per row (clear, add, read), each row of A groups.length: keep
    // the tiles under half of the work.
    const std::int64_t most_chunks = a.rows * groups.length(group) / (6 * rows);
    sketch_by_strips<T>(
        a, strip_width_for<T>(s, a, rows), (a.rows + block - 1) / block, most_chunks, entry_size<T>(s), update,
        out.block(first_row, 0, rows, out.cols),
        [&](MatrixView<const T> strip, std::int64_t width, std::int64_t first_block, std::int64_t last_block, T* tile) {
          const std::int64_t first = first_block * block;
          const ScatterTable entries{table.data() + first * s.nonzeros + groups.begin(group), s.nonzeros,
                                     groups.length(group), first_row};
          scatter_rows(strip, first, std::min(last_block * block, a.rows) - first, width, entries, tile);
        });
  }
}

}  // namespace

template <class T>
void multiply_sketch(const SparseSign& s, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                     MatrixView<T> out) {
  std::visit(
      [&](const auto& view) {
        if constexpr (std::is_same_v<std::decay_t<decltype(view)>, MatrixView<const T>>) {
          multiply_dense<T>(s, first_row, view, update, out);
        } else {
          multiply_sparse(s, first_row, view, update, out);
        }
      },
      a.storage());
}

template <class T>
EntryFiller<T> entries_of(const SparseSign& s) {
  return [s](std::int64_t first_row, std::int64_t first_col, MatrixView<T> out) {
    const T value = entry_size<T>(s);
    Workspace<std::uint32_t> table(out.cols * s.nonzeros);
    draw_sparse_signs(s, first_col, out.cols, table.data());
    for (std::int64_t j = 0; j < out.cols; ++j) {
      for (std::int64_t i = 0; i < out.rows; ++i) out(i, j) = 0;
      for (std::int64_t b = 0; b < s.nonzeros; ++b) {
        const std::uint32_t entry = table[j * s.nonzeros + b];
        const std::int64_t i = entry_row(entry) - first_row;
        if (i >= 0 && i < out.rows) out(i, j) = entry_is_negative(entry) ? -value : value;
      }
    }
  };
}

template std::int64_t strip_width_for(const SparseSign&, MatrixView<const float>, std::int64_t);
template std::int64_t strip_width_for(const SparseSign&, MatrixView<const double>, std::int64_t);
template EntryFiller<float> entries_of(const SparseSign&);
template EntryFiller<double> entries_of(const SparseSign&);
template void multiply_sketch(const SparseSign&, std::int64_t, const AnyMatrixView<float>&, Update, MatrixView<float>);
template void multiply_sketch(const SparseSign&, std::int64_t, const AnyMatrixView<double>&, Update,
                              MatrixView<double>);

}  // namespace croquis
