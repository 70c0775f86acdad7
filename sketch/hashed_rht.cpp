#include <croquis/sketch/hashed_rht.hpp>

#include <algorithm>
#include <bit>
#include <cmath>

#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"
#include "sketch/check_sketch.hpp"
#include "sketch/entries.hpp"
#include "sketch/multiply_sketch.hpp"
#include "sketch/panels.hpp"
#include "sketch/sampling.hpp"
#include "sketch/scatter_kernels.hpp"
#include "sketch/signed_blocks.hpp"
#include "sketch/sparse_sign_draws.hpp"
#include "sketch/strips.hpp"

namespace croquis {
namespace {

// The hashing P, of all transformed rows.
SparseSign hashing(const HashedRht& s) {
  const std::int64_t order = hashed_block_order(s);
  return {.rows = s.rows, .cols = (s.cols + order - 1) / order * order, .nonzeros = s.nonzeros, .seed = s.seed};
}

double scale_of(const HashedRht& s) {
  return 1 / std::sqrt(static_cast<double>(hashed_block_order(s)) * static_cast<double>(s.nonzeros));
}

// Each touched block of B rows is given its signs and transformed in cache, in strips of columns as narrow as a full
// cache line or two allow, and its rows are added to `nonzeros` rows of the tile each. A is read once.
template <class T>
void multiply_dense(const HashedRht& s, std::int64_t first_row, MatrixView<const T> a, Update update,
                    MatrixView<T> out) {
  constexpr std::int64_t width = narrow_strip<T>;
  const SignedBlocks blocks(s.seed, Stream::mixing, hashed_block_order(s), first_row, a.rows);
  const std::int64_t order = blocks.length();
  const Workspace<std::uint32_t> table = draw_table(hashing(s), blocks.first() * order, blocks.count() * order);
  sketch_by_strips<T>(a, width, blocks.count(), blocks.count(), static_cast<T>(scale_of(s)), update, out,
                      [&](MatrixView<const T> strip, std::int64_t, std::int64_t first, std::int64_t last, T* tile) {
                        Workspace<T> transformed(order * width);
                        for (std::int64_t b = first; b < last; ++b) {
                          blocks.transform_strip(strip, width, b, transformed.data());
                          scatter_rows(
                              row_major(static_cast<const T*>(transformed.data()), order, width), 0, order, width,
                              ScatterTable{table.data() + b * order * s.nonzeros, s.nonzeros, s.nonzeros, 0}, tile);
                        }
                      });
}

}  // namespace

template <class T>
void multiply_sketch(const HashedRht& s, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                     MatrixView<T> out) {
  if (const auto* dense = std::get_if<MatrixView<const T>>(&a.storage())) {
    multiply_dense<T>(s, first_row, *dense, update, out);
  } else {
    multiply_by_panels(entries_of<T>(s), first_row, a, update, out);
  }
}

// An entry is a small integer times the scale: the integers are summed in T, exactly, and scaled once.
template <class T>
EntryFiller<T> entries_of(const HashedRht& s) {
  return [s](std::int64_t first_row, std::int64_t first_col, MatrixView<T> out) {
    const double scale = scale_of(s);
    const std::int64_t order = hashed_block_order(s);
    Workspace<T> signs(out.cols);
    draw_column_signs(s.seed, first_col, out.cols, signs.data(), Stream::mixing);
    Workspace<std::uint32_t> table(order * s.nonzeros);
    for (std::int64_t i = 0; i < out.rows; ++i)
      for (std::int64_t j = 0; j < out.cols; ++j) out(i, j) = 0;
    for (std::int64_t begin = 0; begin < out.cols;) {
      const std::int64_t block = (first_col + begin) / order * order;
      const std::int64_t end = std::min(out.cols, block + order - first_col);
      draw_sparse_signs(hashing(s), block, order, table.data());
      for (std::int64_t e = 0; e < order * s.nonzeros; ++e) {
        const std::int64_t i = entry_row(table[e]) - first_row;
        if (i < 0 || i >= out.rows) continue;
        const std::int64_t k = e / s.nonzeros;
        const T value = entry_is_negative(table[e]) ? T(-1) : T(1);
        for (std::int64_t j = begin; j < end; ++j)
          out(i, j) += std::popcount(static_cast<std::uint64_t>(k & (first_col + j))) % 2 == 0 ? value : -value;
      }
      begin = end;
    }
    for (std::int64_t i = 0; i < out.rows; ++i)
      for (std::int64_t j = 0; j < out.cols; ++j)
        out(i, j) = static_cast<T>(scale * static_cast<double>(signs[j] * out(i, j)));
  };
}

#define CROQUIS_INSTANTIATE(T)                          \
  template EntryFiller<T> entries_of(const HashedRht&); \
  template void multiply_sketch(const HashedRht&, std::int64_t, const AnyMatrixView<T>&, Update, MatrixView<T>);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
