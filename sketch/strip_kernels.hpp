// The inner loops over a strip of columns of A: bringing rows to row-major order, and adding them up by a table.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// The two widths of a strip, in columns: 128 and 256 bytes.
template <class T>
inline constexpr std::int64_t narrow_strip = 128 / static_cast<std::int64_t>(sizeof(T));
template <class T>
inline constexpr std::int64_t wide_strip = 2 * narrow_strip<T>;

/// The width of the strips of an A of this layout for a sketch of d rows. Wide strips read a row-major A in longer
/// pieces; they are worth it while their d x width part of the result is small for the cache it lives in.
template <class T>
constexpr std::int64_t strip_width(Layout layout, std::int64_t d) {
  return d <= (layout == Layout::row_major ? 8192 : 2048) ? wide_strip<T> : narrow_strip<T>;
}

/// Copies rows [first, first + count) of a strip (at most `width` columns, either layout) to `packed`, row-major with
/// `width` columns; columns beyond the strip's are zero.
void pack_rows(MatrixView<const float> strip, std::int64_t first, std::int64_t count, std::int64_t width,
               float* packed);
void pack_rows(MatrixView<const double> strip, std::int64_t first, std::int64_t count, std::int64_t width,
               double* packed);

/// tile[i] += +-packed[row of table[i]] for each of `count` rows i, row in the low 31 bits of an entry, sign in the top
/// one.
void gather_rows(const float* packed, std::int64_t count, std::int64_t width, const std::uint32_t* table, float* tile);
void gather_rows(const double* packed, std::int64_t count, std::int64_t width, const std::uint32_t* table,
                 double* tile);

}  // namespace croquis
