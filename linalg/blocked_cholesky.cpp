#include "linalg/blocked_cholesky.hpp"

#include <algorithm>
#include <cmath>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"
#include "linalg/parallel.hpp"

namespace croquis {
namespace {

// Rows that are finished at a time, and the side of the tiles of what is left, whose update is a product
// of some 17 Mflop: enough to pay for handing it out.
constexpr std::int64_t block_rows = 128;
constexpr std::int64_t tile_side = 256;
static_assert(block_rows < least_cols_of_blocked_cholesky);

template <class T>
bool factor_block(MatrixView<T> g) {
  Matrix<T> block(g.rows, g.cols);
  copy_serial<T>(g, block.view());
  const bool definite = cholesky<T>(block);
  copy_serial<T>(block.view(), g);
  return definite;
}

// The pair number `pair` of 0 <= i <= j, by columns.
struct TilePair {
  std::int64_t i, j;
  explicit TilePair(std::int64_t pair) : i(pair), j(0) {
    while (i > j) i -= ++j;
  }
};

}  // namespace

// Right-looking: each block of rows of R is solved for, then subtracted from what is below.
template <class T>
bool blocked_cholesky(MatrixView<T> g) {
  const std::int64_t n = g.rows;
  for (std::int64_t first = 0; first < n; first += block_rows) {
    const std::int64_t rows = std::min(block_rows, n - first);
    const std::int64_t end = first + rows;
    const auto diagonal = g.block(first, first, rows, rows);
    if (!factor_block(diagonal)) return false;
    const Partition tiles(n - end, (n - end + tile_side - 1) / tile_side, 8);
    const auto row_tile = [&](std::int64_t tile) {
      return g.block(first, end + tiles.begin(tile), rows, tiles.length(tile));
    };
    for_each_part(tiles.count, [&](std::int64_t tile) {
      solve_triangular<T>(Side::left, Transpose::yes, diagonal, row_tile(tile));
    });
    for_each_part(tiles.count * (tiles.count + 1) / 2, [&](std::int64_t pair) {
      const auto [i, j] = TilePair(pair);
      multiply<T>(-1, row_tile(i).transposed(), row_tile(j), 1,
                  g.block(end + tiles.begin(i), end + tiles.begin(j), tiles.length(i), tiles.length(j)));
    });
  }
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = j + 1; i < n; ++i) g(i, j) = 0;
  return true;
}

template bool blocked_cholesky<float>(MatrixView<float>);
template bool blocked_cholesky<double>(MatrixView<double>);

}  // namespace croquis
