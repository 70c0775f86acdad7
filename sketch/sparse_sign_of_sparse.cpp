#include "sketch/sparse_sign_of_sparse.hpp"

#include <algorithm>
#include <bit>
#include <type_traits>

#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"
#include "sketch/regroup.hpp"
#include "sketch/sparse_sign_draws.hpp"

namespace croquis {
namespace {

// Entries of A, or rows of A, whose places are asked for ahead.
constexpr std::int64_t entries_ahead = 16;
constexpr std::int64_t rows_ahead = 4;

// +-value, without a branch.
template <class T>
T with_sign(T value, std::uint32_t entry) {
  using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  constexpr int to_sign_bit = 8 * static_cast<int>(sizeof(T)) - 32;
  return std::bit_cast<T>(std::bit_cast<Bits>(value) ^ (static_cast<Bits>(entry & 0x80000000u) << to_sign_bit));
}

// Adds the entries of a column of A from `k` on, up to the first in row `end` or below, to `sum`; returns where it
// stopped. The rows of a column may come in any order: an entry above `end` that follows one below it has to wait.
template <class T, class Index>
std::int64_t add_column(const CscView<T, Index>& a, std::int64_t k, std::int64_t last, std::int64_t end,
                        const std::uint32_t* table, std::int64_t nonzeros, T* sum) {
  for (; k < last && static_cast<std::int64_t>(a.row[k]) < end; ++k) {
    if (k + entries_ahead < last)
      __builtin_prefetch(table + static_cast<std::int64_t>(a.row[k + entries_ahead]) * nonzeros);
    const T value = a.value[k];
    const std::uint32_t* entries = table + static_cast<std::int64_t>(a.row[k]) * nonzeros;
    for (std::int64_t b = 0; b < nonzeros; ++b) sum[entry_row(entries[b])] += with_sign(value, entries[b]);
  }
  return k;
}

// Adds rows [first, last) of A, times `scale`, to a result of the given layout; row `first` meets column
// `first_col + first` of S. Each row of A is met once, so its column of S is drawn for it and kept nowhere.
template <Layout layout, class T, class Index, class Nonzeros>
void add_rows(const SparseSign& s, std::int64_t first_col, Nonzeros nonzeros, const CsrView<T, Index>& a,
              std::int64_t first, std::int64_t last, T* sum, std::int64_t leading_dimension) {
  constexpr std::int64_t rows_at_once = 256;
  // The part of a place's offset that an index takes: only one of the two needs a multiplication.
  const auto by_row = [=](std::uint32_t entry) {
    return layout == Layout::column_major ? entry_row(entry) : entry_row(entry) * leading_dimension;
  };
  const auto by_column = [=](Index column) {
    return static_cast<std::int64_t>(column) * (layout == Layout::column_major ? leading_dimension : 1);
  };
  const T scale = entry_size<T>(s);
  const Index* const start = a.row_start;
  const Index* const column = a.column;
  Workspace<std::uint32_t> table(rows_at_once * nonzeros);
  for (std::int64_t begin = first; begin < last; begin += rows_at_once) {
    const std::int64_t rows = std::min(rows_at_once, last - begin);
    draw_sparse_signs(s, first_col + begin, rows, table.data());
    for (std::int64_t i = 0; i < rows; ++i) {
      const std::uint32_t* entries = table.data() + i * nonzeros;
      if (i + rows_ahead < rows) {
        const std::uint32_t* later = entries + rows_ahead * nonzeros;
        const auto end = static_cast<std::int64_t>(start[begin + i + rows_ahead + 1]);
        for (auto k = static_cast<std::int64_t>(start[begin + i + rows_ahead]); k < end; ++k)
          for (std::int64_t b = 0; b < nonzeros; ++b)
            __builtin_prefetch(sum + by_column(column[k]) + by_row(later[b]), 1);
      }
      const auto end = static_cast<std::int64_t>(start[begin + i + 1]);
      for (auto k = static_cast<std::int64_t>(start[begin + i]); k < end; ++k) {
        const T value = scale * a.value[k];
        T* place = sum + by_column(column[k]);
        for (std::int64_t b = 0; b < nonzeros; ++b) place[by_row(entries[b])] += with_sign(value, entries[b]);
      }
    }
  }
}

template <class T, class Index, class Nonzeros>
void add_rows(const SparseSign& s, std::int64_t first_col, Nonzeros nonzeros, const CsrView<T, Index>& a,
              std::int64_t first, std::int64_t last, MatrixView<T> sum) {
  const auto add = sum.layout == Layout::column_major ? add_rows<Layout::column_major, T, Index, Nonzeros>
                                                      : add_rows<Layout::row_major, T, Index, Nonzeros>;
  add(s, first_col, nonzeros, a, first, last, sum.data, sum.leading_dimension);
}

}  // namespace

template <class T, class Index>
void multiply_sparse(const SparseSign& s, std::int64_t first_col, const CscView<T, Index>& a, Update update,
                     MatrixView<T> out) {
  constexpr std::int64_t strip_bytes = std::int64_t{1} << 20;
  constexpr std::int64_t table_entries = std::int64_t{1} << 18;
  constexpr std::int64_t least_strips = 8;
  const std::int64_t cached = std::max<std::int64_t>(1, strip_bytes / (s.rows * static_cast<std::int64_t>(sizeof(T))));
  const std::int64_t rows_at_once = std::max<std::int64_t>(1, table_entries / s.nonzeros);
  const T scale = entry_size<T>(s);
  const Workspace<std::uint32_t> table = draw_table(s, first_col, a.rows);
  const Partition strips(a.cols, std::max(least_strips, (a.cols + cached - 1) / cached));
  for_each_tile(strips.count, [&](std::int64_t strip) {
    const std::int64_t first = strips.begin(strip);
    const std::int64_t columns = strips.length(strip);
    Workspace<T> sums(columns * s.rows);
    std::fill_n(sums.data(), sums.size(), T(0));
    Workspace<std::int64_t> next(columns);
    std::copy_n(a.column_start + first, columns, next.data());
    for (std::int64_t begin = 0; begin < a.rows; begin += rows_at_once) {
      // The last piece takes whatever is left, in whatever order it comes.
      const std::int64_t end = std::min(begin + rows_at_once, a.rows);
      for (std::int64_t j = 0; j < columns; ++j)
        next[j] = add_column(a, next[j], static_cast<std::int64_t>(a.column_start[first + j + 1]), end, table.data(),
                             s.nonzeros, sums.data() + j * s.rows);
    }
    for (std::int64_t j = 0; j < columns; ++j) {
      const T* sum = sums.data() + j * s.rows;
      for (std::int64_t i = 0; i < s.rows; ++i)
        out(i, first + j) = (update == Update::add ? out(i, first + j) : T(0)) + scale * sum[i];
    }
  });
}

template <class T, class Index>
void multiply_sparse(const SparseSign& s, std::int64_t first_col, const CsrView<T, Index>& a, Update update,
                     MatrixView<T> out) {
  constexpr std::int64_t most_bytes = std::int64_t{1} << 24;
  const std::int64_t out_bytes = out.size() * static_cast<std::int64_t>(sizeof(T));
  if (out_bytes > most_bytes) {
    const GroupedByColumn<T> by_columns = regroup(a);
    multiply_sparse(s, first_col, by_columns.view(), update, out);
    return;
  }
  // A result of a chunk's own costs several operations per entry (get, clear, add, read), getting the memory above all.
  const std::int64_t most_chunks = std::min<std::int64_t>(16, 1 + most_bytes / 2 / out_bytes);
  const std::int64_t additions = a.nonzeros() * s.nonzeros;
  const Partition chunks(a.rows, std::clamp<std::int64_t>(additions / (4 * out.size()), 1, most_chunks));
  Workspace<T> tiles((chunks.count - 1) * out.size());
  const auto result_of = [&](std::int64_t chunk) -> MatrixView<T> {
    if (chunk == 0) return out;
    const std::int64_t leading_dimension = out.layout == Layout::column_major ? out.rows : out.cols;
    return {tiles.data() + (chunk - 1) * out.size(), out.rows, out.cols, leading_dimension, out.layout};
  };
  for_each_tile(chunks.count, [&](std::int64_t chunk) {
    const MatrixView<T> sum = result_of(chunk);
    if (chunk > 0 || update == Update::overwrite) set_zero(sum);
    // One nonzero, CountSketch, is worth a loop of its own.
    if (s.nonzeros == 1) {
      add_rows(s, first_col, std::integral_constant<std::int64_t, 1>(), a, chunks.begin(chunk), chunks.end(chunk), sum);
    } else {
      add_rows(s, first_col, s.nonzeros, a, chunks.begin(chunk), chunks.end(chunk), sum);
    }
  });
  if (chunks.count == 1) return;
  const bool by_columns = out.layout == Layout::column_major;
  const Partition lines(by_columns ? out.cols : out.rows, 64);
  for_each_tile(lines.count, [&](std::int64_t part) {
    for (std::int64_t chunk = 1; chunk < chunks.count; ++chunk) {
      const MatrixView<T> sum = result_of(chunk);
      for (std::int64_t line = lines.begin(part); line < lines.end(part); ++line) {
        T* to = out.data + line * out.leading_dimension;
        const T* from = sum.data + line * sum.leading_dimension;
        for (std::int64_t i = 0; i < sum.leading_dimension; ++i) to[i] += from[i];
      }
    }
  });
}

#define CROQUIS_INSTANTIATE(T, Index)                                                                              \
  template void multiply_sparse(const SparseSign&, std::int64_t, const CscView<T, Index>&, Update, MatrixView<T>); \
  template void multiply_sparse(const SparseSign&, std::int64_t, const CsrView<T, Index>&, Update, MatrixView<T>);
CROQUIS_INSTANTIATE(float, std::int32_t)
CROQUIS_INSTANTIATE(float, std::int64_t)
CROQUIS_INSTANTIATE(double, std::int32_t)
CROQUIS_INSTANTIATE(double, std::int64_t)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
