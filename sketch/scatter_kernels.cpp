#include "sketch/scatter_kernels.hpp"

#include <algorithm>
#include <array>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sketch/scatter_kernels.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "sketch/transpose-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Vectors within a line of the tile.
template <class T>
using LineTag = hn::CappedTag<T, line_width<T>>;

// How far ahead rows of A are asked for, in bytes along a column or of a row-major strip. The processor's own
// prefetching stops at each page and, by rows, at each piece.
constexpr std::int64_t bytes_ahead = 1024;
constexpr std::int64_t row_bytes_ahead = 8192;

// to[0, lanes) += +-x, the sign in the top bit of the entry.
template <class D, class V>
HWY_INLINE void AddSigned(D d, V x, std::uint32_t entry, hn::TFromD<D>* HWY_RESTRICT to) {
  using Bits = hwy::MakeUnsigned<hn::TFromD<D>>;
  const hn::RebindToUnsigned<D> bits;
  constexpr int to_sign_bit = 8 * static_cast<int>(sizeof(Bits)) - 1;
  const auto sign = hn::BitCast(d, hn::Set(bits, static_cast<Bits>(static_cast<Bits>(entry >> 31) << to_sign_bit)));
  hn::Store(hn::Add(hn::Load(d, to), hn::Xor(x, sign)), d, to);
}

template <class T>
HWY_INLINE T* TileRow(T* tile, std::uint32_t entry, std::int64_t width, std::int64_t first_row) {
  return tile + (static_cast<std::int64_t>(entry & 0x7FFFFFFF) - first_row) * width;
}

// Row-major: rows [0, count) of `columns` entries, `stride` apart; the entries of an incomplete last line are copied
// to where a whole one can be loaded. `rows_after` more rows may be asked for ahead.
template <class T>
HWY_INLINE void ScatterPieces(const T* HWY_RESTRICT from, std::int64_t stride, std::int64_t count,
                              std::int64_t rows_after, std::int64_t columns, std::int64_t width,
                              const ScatterTable& table, T* HWY_RESTRICT tile) {
  const LineTag<T> d;
  constexpr auto lanes = static_cast<std::int64_t>(hn::MaxLanes(LineTag<T>()));
  constexpr std::int64_t line = line_width<T>;
  const std::int64_t whole = columns / line * line;
  const std::int64_t ahead =
      std::max<std::int64_t>(4, row_bytes_ahead / (width * static_cast<std::int64_t>(sizeof(T))));
  alignas(64) std::array<T, line> last_line{};
  for (std::int64_t i = 0; i < count; ++i) {
    const T* row = from + i * stride;
    if (i + ahead < count + rows_after)
      for (std::int64_t j = 0; j < columns; j += line) hwy::Prefetch(row + ahead * stride + j);
    const std::uint32_t* entries = table.entry + i * table.stride;
    for (std::int64_t b = 0; b < table.count; ++b) {
      T* to = TileRow(tile, entries[b], width, table.first_row);
      for (std::int64_t j = 0; j < whole; j += lanes) AddSigned(d, hn::LoadU(d, row + j), entries[b], to + j);
    }
    if (whole == columns) continue;
    std::copy(row + whole, row + columns, last_line.begin());
    for (std::int64_t b = 0; b < table.count; ++b) {
      T* to = TileRow(tile, entries[b], width, table.first_row) + whole;
      for (std::int64_t j = 0; j < line; j += lanes)
        AddSigned(d, hn::Load(d, last_line.data() + j), entries[b], to + j);
    }
  }
}

template <class T>
using Columns = std::array<const T*, static_cast<std::size_t>(line_width<T>)>;

// Rows [first, first + count) of one line of columns, fewer than a square's: by way of a copy.
template <class T>
HWY_INLINE void ScatterFewRows(const Columns<T>& column, std::int64_t first, std::int64_t count, std::int64_t width,
                               const ScatterTable& table, T* HWY_RESTRICT tile) {
  constexpr std::int64_t line = line_width<T>;
  alignas(64) std::array<T, line * line> rows;
  for (std::int64_t i = 0; i < count; ++i)
    for (std::int64_t j = 0; j < line; ++j) rows[i * line + j] = column[j][first + i];
  ScatterPieces(rows.data(), line, count, 0, line, width, table, tile);
}

#if CROQUIS_HAVE_TRANSPOSE
// Calls body with 0, ..., count - 1 as constants.
template <std::size_t count, class Body>
HWY_INLINE void Unrolled(const Body& body) {
  [&]<std::size_t... k>(std::index_sequence<k...>) { (body(std::integral_constant<std::size_t, k>()), ...); }
  (std::make_index_sequence<count>());
}
#endif

// Column-major: squares of as many rows as a vector has lanes, transposed in registers. Each cache line of A is read
// when its first rows are due and used up at once.
template <class T>
HWY_INLINE void ScatterColumns(const Columns<T>& column, std::int64_t first, std::int64_t count, std::int64_t width,
                               const ScatterTable& table, T* HWY_RESTRICT tile) {
  constexpr std::int64_t line = line_width<T>;
  std::int64_t done = 0;
#if CROQUIS_HAVE_TRANSPOSE
  const LineTag<T> d;
  using V = hn::Vec<LineTag<T>>;
  constexpr std::size_t lanes = hn::MaxLanes(LineTag<T>());
  constexpr std::size_t vectors = static_cast<std::size_t>(line) / lanes;
  constexpr std::int64_t ahead = bytes_ahead / static_cast<std::int64_t>(sizeof(T));
  for (; done + static_cast<std::int64_t>(lanes) <= count; done += static_cast<std::int64_t>(lanes)) {
    if (done % line == 0 && done + ahead < count)
      for (const T* c : column) hwy::Prefetch(c + first + done + ahead);
    V square[vectors][lanes];
    Unrolled<vectors>([&](auto v) HWY_ATTR {
      Unrolled<lanes>([&](auto k) HWY_ATTR { square[v][k] = hn::LoadU(d, column[v * lanes + k] + first + done); });
      Transpose(d, square[v]);
    });
    const std::uint32_t* entries = table.entry + done * table.stride;
    Unrolled<lanes>([&](auto k) HWY_ATTR {
      for (std::int64_t b = 0; b < table.count; ++b) {
        T* to = TileRow(tile, entries[b], width, table.first_row);
        Unrolled<vectors>([&](auto v) HWY_ATTR { AddSigned(d, square[v][k], entries[b], to + v * lanes); });
      }
      entries += table.stride;
    });
  }
#endif
  ScatterTable rest = table;
  for (; done < count; done += line) {
    rest.entry = table.entry + done * table.stride;
    ScatterFewRows(column, first + done, std::min(line, count - done), width, rest, tile);
  }
}

template <class T>
HWY_INLINE void ScatterRows(MatrixView<const T> strip, std::int64_t first, std::int64_t count, std::int64_t width,
                            const ScatterTable& table, T* HWY_RESTRICT tile) {
  if (strip.layout == Layout::row_major) {
    ScatterPieces(strip.data + first * strip.leading_dimension, strip.leading_dimension, count,
                  strip.rows - first - count, strip.cols, width, table, tile);
    return;
  }
  constexpr std::int64_t line = line_width<T>;
  for (std::int64_t j = 0; j < strip.cols; j += line) {
    // Columns that are missing from the last line are filled with the last one; their sums are never used.
    Columns<T> column;
    for (std::int64_t k = 0; k < line; ++k)
      column[k] = strip.data + std::min(j + k, strip.cols - 1) * strip.leading_dimension;
    ScatterColumns(column, first, count, width, table, tile + j);
  }
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
