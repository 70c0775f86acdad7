#include "sketch/scatter_kernels.hpp"

#include <algorithm>
#include <array>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sketch/scatter_kernels.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "linalg/transpose-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Vectors within a line of the tile.
template <class T>
using LineTag = hn::CappedTag<T, line_width<T>>;

// How far ahead rows of A are asked for, in bytes along a column or of a row-major strip. The processor's own
// prefetching stops at each page and, by rows, at each piece. Columns a power of two apart share their cache set, which
// the 16 lines of a strip of floats overfill the sooner, the earlier they come.
constexpr std::int64_t column_bytes_ahead = 768;
constexpr std::int64_t row_bytes_ahead = 8192;

// -0 in every lane for a negative entry, else 0: what flips a vector's sign by exclusive or. Of the entry repeated
// every 32 bits that is the top bit of a lane, which AVX-512 takes together with the exclusive or.
template <class D>
HWY_INLINE hn::Vec<D> SignOf(D d, std::uint32_t entry) {
#if HWY_TARGET == HWY_SCALAR
  using Bits = hwy::MakeUnsigned<hn::TFromD<D>>;
  constexpr int to_sign_bit = 8 * static_cast<int>(sizeof(Bits)) - 1;
  return hn::BitCast(d, hn::Set(hn::RebindToUnsigned<D>(), static_cast<Bits>(entry >> 31) << to_sign_bit));
#else
  return hn::And(hn::BitCast(d, hn::Set(hn::Repartition<std::uint32_t, D>(), entry)), hn::SignBit(d));
#endif
}

// Calls body with 0, ..., count - 1 as constants.
template <std::size_t count, class Body>
HWY_INLINE void Unrolled(const Body& body) {
  [&]<std::size_t... k>(std::index_sequence<k...>) HWY_ATTR { (body(std::integral_constant<std::size_t, k>()), ...); }
  (std::make_index_sequence<count>());
}

// The tile's rows by their entries, `width` a constant or not.
template <class T, class Width>
struct TileRows {
  T* HWY_RESTRICT tile;
  std::int64_t first_row;
  Width width;
  HWY_INLINE T* operator()(std::uint32_t entry) const {
    return tile + (static_cast<std::int64_t>(entry & 0x7FFFFFFF) - first_row) * width;
  }
};

// Adds `lines` lines of a row, held in registers, to their places in the tile, and asks for those of a later row. The
// last of them is not in the row but at `last_line`.
template <std::size_t lines, class T, class Width>
HWY_INLINE void ScatterLines(const T* HWY_RESTRICT row, const T* HWY_RESTRICT last_line,
                             const T* HWY_RESTRICT later_row, const std::uint32_t* HWY_RESTRICT entries,
                             std::int64_t count, TileRows<T, Width> to, std::int64_t column) {
  const LineTag<T> d;
  constexpr std::size_t lanes = hn::MaxLanes(LineTag<T>());
  constexpr std::size_t line = static_cast<std::size_t>(line_width<T>);
  constexpr std::size_t vectors = lines * line / lanes;
  constexpr std::size_t before_last = (lines - 1) * line;
  Unrolled<lines>([&](auto k) HWY_ATTR { hwy::Prefetch(later_row + column + k * line); });
  hn::Vec<LineTag<T>> x[vectors];
  Unrolled<vectors>([&](auto v) HWY_ATTR {
    constexpr std::size_t at = v * lanes;
    x[v] = hn::LoadU(d, at < before_last ? row + column + at : last_line + (at - before_last));
  });
  for (std::int64_t b = 0; b < count; ++b) {
    const std::uint32_t entry = entries[b];
    const auto sign = SignOf(d, entry);
    T* HWY_RESTRICT place = to(entry) + column;
    Unrolled<vectors>([&](auto v) HWY_ATTR {
      hn::Store(hn::Add(hn::Load(d, place + v * lanes), hn::Xor(x[v], sign)), d, place + v * lanes);
    });
  }
}

// The same for a number of lines that is known at run time, at most `most`.
template <std::size_t most, class T, class Width>
HWY_INLINE void ScatterRest(std::int64_t lines, const T* row, const T* last_line, const T* later_row,
                            const std::uint32_t* entries, std::int64_t count, TileRows<T, Width> to,
                            std::int64_t column) {
  if (lines == static_cast<std::int64_t>(most)) {
    ScatterLines<most>(row, last_line, later_row, entries, count, to, column);
  } else if constexpr (most > 1) {
    ScatterRest<most - 1>(lines, row, last_line, later_row, entries, count, to, column);
  }
}

// Row-major: rows [0, count) of `columns` entries, `stride` apart, as many lines at once as registers hold, so that an
// entry of S is decoded for all of them. The entries of an incomplete last line are copied to where a whole one can be
// loaded, a row early, since a load waits for the stores it overlaps. `rows_after` more rows may be asked for ahead.
template <class T, class Width>
HWY_INLINE void ScatterPieces(const T* HWY_RESTRICT from, std::int64_t stride, std::int64_t count,
                              std::int64_t rows_after, std::int64_t columns, ScatterTable table,
                              TileRows<T, Width> to) {
  constexpr std::int64_t line = line_width<T>;
  // What eight registers hold.
  constexpr std::size_t at_once =
      std::max<std::size_t>(1, 8 * hn::MaxLanes(LineTag<T>()) / static_cast<std::size_t>(line));
  constexpr std::int64_t step = static_cast<std::int64_t>(at_once) * line;
  const std::int64_t ahead = 1 + row_bytes_ahead / (columns * static_cast<std::int64_t>(sizeof(T)));
  const std::int64_t rest = (columns - 1) / step * step;
  const std::int64_t last_column = (columns - 1) / line * line;
  const std::int64_t rest_lines = (last_column - rest) / line + 1;
  const bool whole = last_column + line == columns;
  alignas(64) std::array<T, 2 * line> copies{};
  const auto copy_of = [&](std::int64_t i) { return copies.data() + i % 2 * line; };
  const auto copy_last_line = [&](std::int64_t i) {
    if (!whole && i < count) std::copy_n(from + i * stride + last_column, columns - last_column, copy_of(i));
  };
  copy_last_line(0);
  for (std::int64_t i = 0; i < count; ++i, table.entry += table.stride) {
    const T* row = from + i * stride;
    const T* later = i + ahead < count + rows_after ? row + ahead * stride : row;
    copy_last_line(i + 1);
    for (std::int64_t j = 0; j < rest; j += step)
      ScatterLines<at_once>(row, row + j + step - line, later, table.entry, table.count, to, j);
    ScatterRest<at_once>(rest_lines, row, whole ? row + last_column : copy_of(i), later, table.entry, table.count, to,
                         rest);
  }
}

template <class T>
using Columns = std::array<const T*, static_cast<std::size_t>(line_width<T>)>;

// The width of a tile for one line of columns.
template <class T>
using OneLine = std::integral_constant<std::int64_t, line_width<T>>;

// Rows [first, first + count) of one line of columns, fewer than a square's: by way of a copy.
template <class T>
HWY_INLINE void ScatterFewRows(const Columns<T>& column, std::int64_t first, std::int64_t count, ScatterTable table,
                               TileRows<T, OneLine<T>> to) {
  constexpr std::int64_t line = line_width<T>;
  alignas(64) std::array<T, line * line> rows;
  for (std::int64_t i = 0; i < count; ++i)
    for (std::int64_t j = 0; j < line; ++j) rows[i * line + j] = column[j][first + i];
  ScatterPieces(rows.data(), line, count, 0, line, table, to);
}

// Column-major: squares of as many rows as a vector has lanes, transposed in registers. Each cache line of A is read
// when its first rows are due and used up at once; between the additions of each row the line of one column is asked
// for.
template <class T>
HWY_INLINE void ScatterColumns(const Columns<T>& column, std::int64_t first, std::int64_t count, ScatterTable table,
                               TileRows<T, OneLine<T>> to) {
  constexpr std::int64_t line = line_width<T>;
  std::int64_t done = 0;
#if CROQUIS_HAVE_TRANSPOSE
  const LineTag<T> d;
  constexpr std::size_t lanes = hn::MaxLanes(LineTag<T>());
  constexpr std::size_t vectors = static_cast<std::size_t>(line) / lanes;
  constexpr std::int64_t ahead = column_bytes_ahead / static_cast<std::int64_t>(sizeof(T));
  for (; done + static_cast<std::int64_t>(lanes) <= count; done += static_cast<std::int64_t>(lanes)) {
    const std::int64_t later = std::min(done + ahead, count - 1) + first;
    const T* const* later_column = column.data() + done % line;
    hn::Vec<LineTag<T>> square[vectors][lanes];
    Unrolled<vectors>([&](auto v) HWY_ATTR {
      Unrolled<lanes>([&](auto k) HWY_ATTR { square[v][k] = hn::LoadU(d, column[v * lanes + k] + first + done); });
      Transpose(d, square[v]);
    });
    const std::uint32_t* entries = table.entry + done * table.stride;
    Unrolled<lanes>([&](auto k) HWY_ATTR {
      hwy::Prefetch(later_column[k] + later);
      for (std::int64_t b = 0; b < table.count; ++b) {
        const std::uint32_t entry = entries[b];
        const auto sign = SignOf(d, entry);
        T* HWY_RESTRICT place = to(entry);
        Unrolled<vectors>([&](auto v) HWY_ATTR {
          hn::Store(hn::Add(hn::Load(d, place + v * lanes), hn::Xor(square[v][k], sign)), d, place + v * lanes);
        });
      }
      entries += table.stride;
    });
  }
#endif
  table.entry += done * table.stride;
  for (; done < count; done += line, table.entry += line * table.stride)
    ScatterFewRows(column, first + done, std::min(line, count - done), table, to);
}

template <class T>
HWY_INLINE void ScatterRows(MatrixView<const T> strip, std::int64_t first, std::int64_t count, std::int64_t width,
                            const ScatterTable& table, T* HWY_RESTRICT tile) {
  if (strip.layout == Layout::row_major) {
    ScatterPieces(strip.data + first * strip.leading_dimension, strip.leading_dimension, count,
                  strip.rows - first - count, strip.cols, table,
                  TileRows<T, std::int64_t>{tile, table.first_row, width});
    return;
  }
  // Columns that are missing from the line are filled with the last one; their sums are never used.
  Columns<T> column;
  for (std::int64_t k = 0; k < line_width<T>; ++k)
    column[k] = strip.data + std::min(k, strip.cols - 1) * strip.leading_dimension;
  ScatterColumns(column, first, count, table, TileRows<T, OneLine<T>>{tile, table.first_row, {}});
}

void ScatterRowsFloat(MatrixView<const float> strip, std::int64_t first, std::int64_t count, std::int64_t width,
                      const ScatterTable& table, float* tile) {
  ScatterRows(strip, first, count, width, table, tile);
}
void ScatterRowsDouble(MatrixView<const double> strip, std::int64_t first, std::int64_t count, std::int64_t width,
                       const ScatterTable& table, double* tile) {
  ScatterRows(strip, first, count, width, table, tile);
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(ScatterRowsFloat);
HWY_EXPORT(ScatterRowsDouble);
void scatter_rows(MatrixView<const float> strip, std::int64_t first, std::int64_t count, std::int64_t width,
                  const ScatterTable& table, float* tile) {
  HWY_DYNAMIC_DISPATCH(ScatterRowsFloat)(strip, first, count, width, table, tile);
}
void scatter_rows(MatrixView<const double> strip, std::int64_t first, std::int64_t count, std::int64_t width,
                  const ScatterTable& table, double* tile) {
  HWY_DYNAMIC_DISPATCH(ScatterRowsDouble)(strip, first, count, width, table, tile);
}

}  // namespace croquis
#endif
