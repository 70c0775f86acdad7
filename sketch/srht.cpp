#include <croquis/sketch/srht.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>

#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"
#include "sketch/check_sketch.hpp"
#include "sketch/entries.hpp"
#include "sketch/multiply_sketch.hpp"
#include "sketch/panels.hpp"
#include "sketch/sampling.hpp"
#include "sketch/signed_blocks.hpp"
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

// Bytes of a transformed block: half of a second-level cache.
constexpr std::int64_t block_bytes = std::int64_t{1} << 19;
constexpr int most_block_levels = 30;
// Columns whose parts of the result are written together.
constexpr std::int64_t columns_at_once = 4;

// A row costs one addition for each level within its block, and `d` / 2^levels for combining the blocks: vectors at a
// time for strips of columns, where full blocks pay for themselves; one by one for single columns, so that their
// blocks have some 16 d rows and, beyond the first-level cache, end at the second. Blocks of d rows at least keep the
// combination under one addition for each row. A short piece takes blocks of its own length, rounded up.
template <class T>
std::int64_t block_length(std::int64_t d, std::int64_t width, std::int64_t rows) {
  const int most = floor_log2(block_bytes / static_cast<std::int64_t>(sizeof(T)) / width);
  const int wanted = width == 1 ? std::clamp(floor_log2(d) + 5, 11, most) : most;
  return std::int64_t{1} << std::min({std::max(wanted, floor_log2(d)), floor_log2(2 * rows - 1), most_block_levels});
}

// For each block b and sampled row r of H: where the block's transform holds row r (r mod the block's length) and the
// sign (-1)^popcount(r div length & b) it enters with, in the form gather_rows takes.
Workspace<std::uint32_t> combination_table(const std::vector<std::int64_t>& sample, const SignedBlocks& blocks) {
  const auto d = static_cast<std::int64_t>(sample.size());
  const int p = floor_log2(blocks.length());
  Workspace<std::uint32_t> table(blocks.count() * d);
  const Partition parts(blocks.count(), 64);
  for_each_tile(parts.count, [&](std::int64_t part) {
    for (std::int64_t b = parts.begin(part); b < parts.end(part); ++b) {
      const auto block = static_cast<std::uint64_t>(blocks.first() + b);
      for (std::int64_t i = 0; i < d; ++i) {
        const auto r = static_cast<std::uint64_t>(sample[static_cast<std::size_t>(i)]);
        const auto low = static_cast<std::uint32_t>(r & ((std::uint64_t{1} << p) - 1));
        const auto odd = static_cast<std::uint32_t>(std::popcount((r >> p) & block) & 1);
        table[b * d + i] = low | (odd << 31);
      }
    }
  });
  return table;
}

// sum[i] += +-x[place of table[i]].
template <class T>
void gather_entries(const T* x, std::int64_t count, const std::uint32_t* table, T* sum) {
  using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  constexpr int to_sign_bit = 8 * static_cast<int>(sizeof(T)) - 32;
  for (std::int64_t i = 0; i < count; ++i) {
    const Bits sign = static_cast<Bits>(table[i] & 0x80000000u) << to_sign_bit;
    sum[i] += std::bit_cast<T>(std::bit_cast<Bits>(x[table[i] & 0x7FFFFFFF]) ^ sign);
  }
}

// With j = b 2^p + l and popcount(r & j) = popcount(r mod 2^p & l) + popcount((r >> p) & b): the signed rows of block b
// are transformed on their own, in cache, and rows r mod 2^p of the transforms are added up with signs. A is read once,
// and nothing but the result written to memory: a column-major A column by column, as vectors along the columns; a
// row-major A in strips of columns, as vectors along the rows.
template <class T>
void multiply_dense(const Srht& s, std::int64_t first_row, MatrixView<const T> a, Update update, MatrixView<T> out) {
  const std::int64_t d = s.rows;
  const bool by_columns = a.layout == Layout::column_major;
  const std::int64_t width = strip_width<T>(a.layout, d);
  const SignedBlocks blocks(s.seed, Stream::signs, block_length<T>(d, by_columns ? 1 : width, a.rows), first_row,
                            a.rows);
  const auto sample = sample_without_replacement(s.seed, hadamard_order(s.cols), d);
  const Workspace<std::uint32_t> table = combination_table(sample, blocks);
  WorkspacePool<T> workspaces(by_columns ? blocks.length() + d : blocks.length() * width);
  const StripKernel<T> columns = [&](MatrixView<const T> strip, std::int64_t stride, std::int64_t first,
                                     std::int64_t last, T* tile) {
    auto workspace = workspaces.borrow();
    T* const transformed = workspace.data();
    T* const sum = transformed + blocks.length();
    for (std::int64_t j = 0; j < strip.cols; ++j) {
      std::fill_n(sum, d, T(0));
      for (std::int64_t b = first; b < last; ++b) {
        blocks.transform_column(strip.data + j * strip.leading_dimension, b, transformed);
        gather_entries(transformed, d, table.data() + b * d, sum);
      }
      for (std::int64_t i = 0; i < d; ++i) tile[i * stride + j] = sum[i];
    }
  };
  const StripKernel<T> rows = [&](MatrixView<const T> strip, std::int64_t stride, std::int64_t first, std::int64_t last,
                                  T* tile) {
    auto workspace = workspaces.borrow();
    T* const transformed = workspace.data();
    for (std::int64_t b = first; b < last; ++b) {
      blocks.transform_strip(strip, stride, b, transformed);
      gather_rows(transformed, d, stride, table.data() + b * d, tile);
    }
  };
  const T scale = static_cast<T>(1 / std::sqrt(static_cast<double>(d)));
  sketch_by_strips<T>(a, by_columns ? columns_at_once : width, blocks.count(), blocks.count(), scale, update, out,
                      by_columns ? columns : rows);
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
