#include "sketch/sparse_sign_of_sparse.hpp"

#include <algorithm>
#include <type_traits>

#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"
#include "sketch/regroup.hpp"
#include "sketch/sparse_sign_draws.hpp"
#include "sketch/sparse_terms.hpp"

namespace croquis {
namespace {

// Entries of A that are asked for ahead, past the caches: they are met once, and would push the result out.
constexpr std::int64_t entries_ahead = 128;

// Adds the entries of a column of A from `k` on, up to the first in row `end` or below, to `sum`; returns where it
// stopped. The rows of a column may come in any order: an entry above `end` that follows one below it has to wait.
// Entries are taken eight at a time, so that their lookups and additions overlap. Their table entries are asked for two
// eights ahead, and both of A's arrays, which the hardware's own prefetching follows only to the end of a page, a
// kilobyte ahead.
template <class T, class Index, class Nonzeros>
std::int64_t add_column(const CscView<T, Index>& a, std::int64_t k, std::int64_t last, std::int64_t end,
                        const std::uint32_t* table, Nonzeros nonzeros, T* sum) {
  constexpr std::int64_t together = 8;
  const Index* const row = a.row;
  const T* const value = a.value;
  const auto add = [&](std::int64_t at) {
    const std::uint32_t* entries = table + static_cast<std::int64_t>(row[at]) * nonzeros;
    for (std::int64_t b = 0; b < nonzeros; ++b) sum[entry_row(entries[b])] += with_sign(value[at], entries[b]);
  };
  const auto inside = [&] {
    bool all = true;
    for (std::int64_t i = 0; i < together; ++i) all &= static_cast<std::int64_t>(row[k + i]) < end;
    return all;
  };
  for (; k + together <= last && inside(); k += together) {
    const std::int64_t later = std::min(k + entries_ahead, last - 1);
    __builtin_prefetch(row + later);
    __builtin_prefetch(value + later);
    if (k + 3 * together <= last) {
      for (std::int64_t i = 0; i < together; ++i)
        __builtin_prefetch(table + static_cast<std::int64_t>(row[k + 2 * together + i]) * nonzeros);
    }
    for (std::int64_t i = 0; i < together; ++i) add(k + i);
  }
  for (; k < last && static_cast<std::int64_t>(row[k]) < end; ++k) add(k);
  return k;
}

// sum[place] += +-scale value for `count` values and as many places for each nonzero of S, the sign in a place's top
// bit. The result is too large for the second-level cache, so each place is a line from the third or beyond: those of
// the next few hundred terms are asked for ahead, which hides even a busy third level, and into the second level, since
// half of a small first one would hold them. The values are read here, while lines of the result are on their way.
template <class T>
void add_terms(const std::uint32_t* place, const T* value, std::int64_t count, std::int64_t last_value,
               std::int64_t nonzeros, T scale, T* sum) {
  constexpr std::int64_t ahead = 256;
  const std::int64_t terms = count * nonzeros;
  const T factor[] = {scale, -scale};
  const auto ask_for = [&](std::int64_t term) { __builtin_prefetch(sum + (place[term] & 0x7FFFFFFF), 0, 2); };
  for (std::int64_t term = 0; term < std::min(ahead, terms); ++term) ask_for(term);
  for (std::int64_t begin = 0; begin < terms; begin += count) {
    const auto add = [&](std::int64_t k) {
      const std::uint32_t to = place[begin + k];
      sum[to & 0x7FFFFFFF] += factor[to >> 31] * value[k];
    };
    const std::int64_t asking = std::clamp<std::int64_t>(terms - ahead - begin, 0, count);
    std::int64_t k = 0;
    for (; k + 8 <= asking; k += 8) {
      __builtin_prefetch(value + std::min(k + entries_ahead, last_value), 0, 0);
      for (std::int64_t i = k; i < k + 8; ++i) {
        ask_for(begin + i + ahead);
        add(i);
      }
    }
    for (; k < count; ++k) {
      if (k < asking) ask_for(begin + k + ahead);
      add(k);
    }
  }
}

// Adds rows [first, last) of A, times the size of S's entries, to a result; row `first` meets column `first_col +
// first` of S. Each row of A is met once, so its column of S is drawn for it and kept nowhere. The entries are taken in
// batches whose list of places stays in the second-level cache.
template <class T, class Index>
void add_rows(const SparseSign& s, std::int64_t first_col, const CsrView<T, Index>& a, std::int64_t first,
              std::int64_t last, MatrixView<T> sum) {
  constexpr std::int64_t most_draws = 1024;
  constexpr std::int64_t most_terms = 16384;
  const std::int64_t rows_at_once = std::max<std::int64_t>(1, most_draws / s.nonzeros);
  const std::int64_t entries_at_once = std::max<std::int64_t>(1, most_terms / s.nonzeros);
  Workspace<std::uint32_t> table(rows_at_once * s.nonzeros);
  Workspace<std::uint32_t> place(entries_at_once * s.nonzeros);
  const auto entries_before = [&](std::int64_t row) { return static_cast<std::int64_t>(a.row_start[row]); };
  for (std::int64_t begin_row = first; begin_row < last; begin_row += rows_at_once) {
    const std::int64_t end_row = std::min(begin_row + rows_at_once, last);
    draw_sparse_signs(s, first_col + begin_row, end_row - begin_row, table.data());
    std::int64_t row = begin_row;
    for (std::int64_t k = entries_before(begin_row); k < entries_before(end_row); k += entries_at_once) {
      while (entries_before(row + 1) <= k) ++row;
      const std::int64_t end = std::min(k + entries_at_once, entries_before(end_row));
      list_sparse_terms(SparseTermsOf<Index>{a.rows, a.row_start, a.column, row, k, end,
                                             table.data() + (row - begin_row) * s.nonzeros, s.nonzeros,
                                             sum.row_stride(), sum.column_stride()},
                        place.data());
      add_terms(place.data(), a.value + k, end - k, entries_before(a.rows) - 1 - k, s.nonzeros, entry_size<T>(s),
                sum.data);
    }
  }
}

// One nonzero, CountSketch, is worth loops of its own.
template <class Body>
void with_nonzeros(const SparseSign& s, const Body& body) {
  if (s.nonzeros == 1) {
    body(std::integral_constant<std::int64_t, 1>());
  } else {
    body(s.nonzeros);
  }
}

}  // namespace

// The strip's result and the part of the table it meets share the second-level cache.
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
      with_nonzeros(s, [&](auto nonzeros) {
        for (std::int64_t j = 0; j < columns; ++j)
          next[j] = add_column(a, next[j], static_cast<std::int64_t>(a.column_start[first + j + 1]), end, table.data(),
                               nonzeros, sums.data() + j * s.rows);
      });
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
  constexpr std::int64_t most_places = std::int64_t{1} << 31;
  const bool out_by_columns = out.layout == Layout::column_major;
  const std::int64_t out_bytes = out.size() * static_cast<std::int64_t>(sizeof(T));
  if (out_bytes > most_bytes || (out_by_columns ? out.cols : out.rows) * out.leading_dimension > most_places) {
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
    return {tiles.data() + (chunk - 1) * out.size(), out.rows, out.cols, out_by_columns ? out.rows : out.cols,
            out.layout};
  };
  for_each_tile(chunks.count, [&](std::int64_t chunk) {
    const MatrixView<T> sum = result_of(chunk);
    if (chunk > 0 || update == Update::overwrite) set_zero(sum);
    add_rows(s, first_col, a, chunks.begin(chunk), chunks.end(chunk), sum);
  });
  if (chunks.count == 1) return;
  const Partition lines(out_by_columns ? out.cols : out.rows, 64);
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
