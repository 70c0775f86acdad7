#include <croquis/sketch/srht.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>

#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"
#include "linalg/transforms/walsh_hadamard.hpp"
#include "sketch/check_sketch.hpp"
#include "sketch/entries.hpp"
#include "sketch/multiply_sketch.hpp"
#include "sketch/panels.hpp"
#include "sketch/sampling.hpp"
#include "sketch/strips.hpp"

namespace croquis {

template <class T>
EntryFiller<T> entries_of(const Srht& s) {
  const auto sample = std::make_shared<const std::vector<std::int64_t>>(
      sample_without_replacement(s.seed, hadamard_order(s.cols), s.rows));
  return [s, sample](std::int64_t first_row, std::int64_t first_col, MatrixView<T> out) {
    const T scale = static_cast<T>(1 / std::sqrt(static_cast<double>(s.rows)));
    Workspace<T> signs(out.cols);
    draw_column_signs(s.seed, first_col, out.cols, signs.data());
    for (std::int64_t i = 0; i < out.rows; ++i) {
      const auto r = static_cast<std::uint64_t>((*sample)[static_cast<std::size_t>(first_row + i)]);
      for (std::int64_t j = 0; j < out.cols; ++j) {
        const bool odd = std::popcount(r & static_cast<std::uint64_t>(first_col + j)) % 2 != 0;
        out(i, j) = scale * (odd ? -signs[j] : signs[j]);
      }
    }
  };
}

namespace {

int floor_log2(std::int64_t x) { return std::bit_width(static_cast<std::uint64_t>(x)) - 1; }

// The aligned blocks of 2^p rows that the rows [first_row, first_row + count) touch.
struct DyadicBlocks {
  int p;
  std::int64_t first;
  std::int64_t count;

  // Blocks fill half of a second-level cache, or hold about d rows if that is more: a row costs p additions within
  // its block and d / 2^p for combining blocks. A short piece takes blocks of its own length, rounded up.
  DyadicBlocks(std::int64_t d, std::int64_t width_bytes, std::int64_t first_row, std::int64_t rows) {
    constexpr std::int64_t block_bytes = std::int64_t{1} << 19;
    p = std::min(std::max(floor_log2(block_bytes / width_bytes), floor_log2(d)), floor_log2(2 * rows - 1));
    p = std::min(p, 30);
    first = first_row >> p;
    count = ((first_row + rows - 1) >> p) - first + 1;
  }
};

// For each block b and sampled row r of H: where the block's transform holds row r (its low p bits) and the sign
// (-1)^popcount(high bits of r & b) it enters with, in the form gather_rows takes.
Workspace<std::uint32_t> combination_table(const std::vector<std::int64_t>& sample, const DyadicBlocks& blocks) {
  const auto d = static_cast<std::int64_t>(sample.size());
  Workspace<std::uint32_t> table(blocks.count * d);
  const Partition parts(blocks.count, 64);
  for_each_tile(parts.count, [&](std::int64_t part) {
    for (std::int64_t b = parts.begin(part); b < parts.end(part); ++b) {
      const auto block = static_cast<std::uint64_t>(blocks.first + b);
      for (std::int64_t i = 0; i < d; ++i) {
        const auto r = static_cast<std::uint64_t>(sample[static_cast<std::size_t>(i)]);
        const auto low = static_cast<std::uint32_t>(r & ((std::uint64_t{1} << blocks.p) - 1));
        const auto odd = static_cast<std::uint32_t>(std::popcount((r >> blocks.p) & block) & 1);
        table[b * d + i] = low | (odd << 31);
      }
    }
  });
  return table;
}

// With j = b 2^p + l and popcount(r & j) = popcount(r mod 2^p & l) + popcount((r >> p) & b): the signed rows of block b
// are transformed on their own, in cache, and rows r mod 2^p of the transforms are added up with signs. A is read once.
template <class T>
void multiply_dense(const Srht& s, std::int64_t first_row, MatrixView<const T> a, Update update, MatrixView<T> out) {
  const std::int64_t strip_bytes = strip_width<T>(a.layout, s.rows) * static_cast<std::int64_t>(sizeof(T));
  const DyadicBlocks blocks(s.rows, strip_bytes, first_row, a.rows);
  const auto sample = sample_without_replacement(s.seed, hadamard_order(s.cols), s.rows);
  const Workspace<std::uint32_t> table = combination_table(sample, blocks);
  Workspace<T> signs(a.rows);
  draw_column_signs(s.seed, first_row, a.rows, signs.data());
  const std::int64_t length = std::int64_t{1} << blocks.p;
  const T scale = static_cast<T>(1 / std::sqrt(static_cast<double>(s.rows)));
  sketch_by_strips<T>(
      a, blocks.count, blocks.count, scale, update, out,
      [&](MatrixView<const T> strip, std::int64_t width, std::int64_t first_block, std::int64_t last_block, T* tile) {
        Workspace<T> packed(length * width);
        for (std::int64_t b = first_block; b < last_block; ++b) {
          // The block's rows of S, cut to those of A; the rest of the block is zero.
          const std::int64_t begin = (blocks.first + b) * length - first_row;
          const std::int64_t first = std::max<std::int64_t>(0, begin);
          const std::int64_t last = std::min(a.rows, begin + length);
          T* rows = packed.data() + (first - begin) * width;
          std::fill(packed.data(), rows, T(0));
          pack_rows(strip, first, last - first, width, rows);
          std::fill(rows + (last - first) * width, packed.data() + length * width, T(0));
          flip_rows(rows, last - first, width, signs.data() + first);
          walsh_hadamard_block(packed.data(), length, width);
          gather_rows(packed.data(), s.rows, width, table.data() + b * s.rows, tile);
        }
      });
}

}  // namespace

template <class T>
void multiply_sketch(const Srht& s, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                     MatrixView<T> out) {
  if (const auto* dense = std::get_if<MatrixView<const T>>(&a.storage())) {
    multiply_dense<T>(s, first_row, *dense, update, out);
  } else {
    multiply_by_panels(entries_of<T>(s), first_row, a, update, out);
  }
}

#define CROQUIS_INSTANTIATE(T)                     \
  template EntryFiller<T> entries_of(const Srht&); \
  template void multiply_sketch(const Srht&, std::int64_t, const AnyMatrixView<T>&, Update, MatrixView<T>);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
