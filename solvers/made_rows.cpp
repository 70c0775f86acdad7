#include "solvers/made_rows.hpp"

#include <algorithm>

#include "linalg/parallel.hpp"

namespace croquis {
namespace {

constexpr std::int64_t batch_bytes = std::int64_t{64} << 20;
constexpr std::int64_t least_rows_per_column = 2;
constexpr std::int64_t tile_rows = 256;

std::int64_t rows_of_batch(std::int64_t rows, std::int64_t cols, std::int64_t entry_bytes) {
  const std::int64_t wanted = std::max(batch_bytes / (entry_bytes * cols), least_rows_per_column * cols);
  return std::min(rows, (wanted + tile_rows - 1) / tile_rows * tile_rows);
}

}  // namespace

template <class T>
RowBatches<T>::RowBatches(const MadeRows<T>& rows)
    : rows_(rows),
      most_rows_(rows_of_batch(rows.rows, rows.cols, sizeof(T))),
      count_((rows.rows + most_rows_ - 1) / most_rows_),
      memory_(Matrix<T>::uninitialized(most_rows_, rows.cols, rows.layout)) {}

template <class T>
MatrixView<T> RowBatches<T>::make(std::int64_t batch, const std::function<void(MatrixView<T>)>& then) {
  const std::int64_t first = first_row(batch);
  const MatrixView<T> made = memory_.view().block(0, 0, std::min(most_rows_, rows_.rows - first), rows_.cols);
  const Partition tiles(made.rows, (made.rows + tile_rows - 1) / tile_rows, tile_rows);
  const auto tile = [&](std::int64_t k) { return made.block(tiles.begin(k), 0, tiles.length(k), made.cols); };
  if (!rows_.in_parallel)
    for (std::int64_t k = 0; k < tiles.count; ++k) rows_.make(first + tiles.begin(k), tile(k));
  for_each_tile(tiles.count, [&](std::int64_t k) {
    if (rows_.in_parallel) rows_.make(first + tiles.begin(k), tile(k));
    if (then) then(tile(k));
  });
  return made;
}

template class RowBatches<float>;
template class RowBatches<double>;

}  // namespace croquis
