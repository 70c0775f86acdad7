#include "sketch/tile_sum.hpp"

#include <algorithm>

#include "linalg/finite.hpp"
#include "linalg/parallel.hpp"
#include "sketch/sparse_sign_draws.hpp"
#include "sketch/strips.hpp"

namespace croquis {
namespace {

// Rows of A that a task takes at least together; its table and its rows are in cache for all columns of a strip.
constexpr std::int64_t granule = 256;

}  // namespace

template <class T>
TileSum<T>::TileSum(const SparseSign& s, std::int64_t cols, std::int64_t width)
    : s_(s),
      cols_(cols),
      width_(width),
      strips_((cols + width - 1) / width),
      chunks_(strips_ == 0 ? 1 : chunks_of_strips<T>(strips_, s.rows * width)),
      tiles_(strips_ * chunks_ * s.rows * width) {
  std::fill_n(tiles_.data(), tiles_.size(), T(0));
}

// A tile more pays for being brought to cache where some 24 additions go to each of its rows; to have a few tasks at
// all, 6 are enough.
template <class T>
std::int64_t TileSum<T>::chunks_for(std::int64_t rows) const {
  constexpr std::int64_t few_tasks = 4;
  const std::int64_t additions = rows * s_.nonzeros / s_.rows;
  return std::clamp<std::int64_t>(
      std::max(additions / 24, std::min(few_tasks / std::max<std::int64_t>(strips_, 1), additions / 6)), 1, chunks_);
}

template <class T>
bool TileSum<T>::add(std::int64_t task, MatrixView<const T> a, const std::uint32_t* entries) {
  const std::int64_t chunks = chunks_for(a.rows);
  const std::int64_t strip = task / chunks;
  const std::int64_t chunk = task % chunks;
  const Partition parts(a.rows, chunks, granule);
  T* tile = tiles_.data() + place(strip, chunk);
  if (chunk < parts.count) {
    const std::int64_t first = parts.begin(chunk);
    const std::int64_t column = strip * width_;
    scatter_rows(a.block(0, column, a.rows, std::min(width_, cols_ - column)), first, parts.length(chunk), width_,
                 {entries + first * s_.nonzeros, s_.nonzeros, s_.nonzeros, 0}, tile);
  }
  // Each row of A has been added to a row of the first block of S.
  return all_finite_serial(tile, block_begin(s_, 1) * width_);
}

template <class T>
void TileSum<T>::write(MatrixView<T> out) const {
  for_each_tile(strips_, [&](std::int64_t strip) {
    const std::int64_t column = strip * width_;
    const MatrixView<T> to = out.block(0, column, out.rows, std::min(width_, cols_ - column));
    for (std::int64_t chunk = 0; chunk < chunks_; ++chunk)
      write_tile(tiles_.data() + place(strip, chunk), width_, entry_size<T>(s_), Update::add, to);
  });
}

template class TileSum<float>;
template class TileSum<double>;

}  // namespace croquis
