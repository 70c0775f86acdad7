// The inner loops of A^T A and A^T B: rows put in the order of their use, and products of such panels.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// The part of A^T B that stays in registers: `width` of its rows times `strip` of its columns, and `strip` divides
/// `width`. It depends on the instruction set.
struct GramTile {
  std::int64_t width;
  std::int64_t strip;
};
template <class T>
GramTile gram_tile();

/// packed = A diag(scale) rounded to T, in panels of gram_tile<T>().width columns, one after the other: within a panel
/// rows follow each other, and columns beyond A's are zero. `packed` is aligned to 64 bytes; `scale` has an entry for
/// each column of A.
///
/// Data movement: a square of vectors is read, turned in registers if A is column-major, and written once.
void pack_panels(MatrixView<const float> a, const float* scale, float* packed);
void pack_panels(MatrixView<const double> a, const double* scale, double* packed);
void pack_panels(MatrixView<const double> a, const double* scale, float* packed);

/// Rows packed at once, so that a panel of them stays in the first-level cache, and the bytes that as many of them may
/// take to go by from the second.
constexpr std::int64_t slab_rows = 192;
constexpr std::int64_t slab_bytes = std::int64_t{768} << 10;

/// sums += L^T R, for L one panel of `depth` rows and R `strips` times gram_tile<T>().strip columns in panels of as
/// many rows, both aligned to 64 bytes. `sums` is column-major with `stride` entries from one column to the next.
///
/// Data movement: L stays in the first-level cache while R goes by once from the second; a number of `sums` is read and
/// written once, after `depth` multiply-adds to it.
void add_panel_products(const float* left, const float* right, std::int64_t depth, std::int64_t strips, float* sums,
                        std::int64_t stride);
void add_panel_products(const double* left, const double* right, std::int64_t depth, std::int64_t strips, double* sums,
                        std::int64_t stride);

}  // namespace croquis
