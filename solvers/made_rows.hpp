// Tall matrices whose rows are made when they are needed, and never stand in memory together.
#pragma once

#include <cstdint>
#include <functional>

#include <croquis/linalg/matrix.hpp>

namespace croquis {

/// A rows x cols matrix, by a function that writes any of its rows.
template <class T>
struct MadeRows {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  Layout layout = Layout::column_major;  ///< of the blocks that `make` is given
  bool in_parallel = true;               ///< whether `make` may run on several threads at once
  /// block := rows first, first + 1, ..., as many as the block has.
  std::function<void(std::int64_t first, MatrixView<T> block)> make = nullptr;
};

/// The rows in batches, one batch in memory at a time: 64 MiB, or 2 cols rows if that is more, so that sums over
/// batches of squares of order cols cost little. Batches and tiles depend on the shape alone.
template <class T>
class RowBatches {
 public:
  /// `rows` must outlive it.
  explicit RowBatches(const MadeRows<T>& rows);

  std::int64_t count() const { return count_; }
  std::int64_t most_rows() const { return most_rows_; }  ///< of a batch
  std::int64_t first_row(std::int64_t batch) const { return batch * most_rows_; }
  /// Batch number `batch`, valid until the next call. `then` (if not empty) is called for each tile of its rows once
  /// they are made. Multithreaded.
  MatrixView<T> make(std::int64_t batch, const std::function<void(MatrixView<T>)>& then = nullptr);

 private:
  const MadeRows<T>& rows_;
  std::int64_t most_rows_;
  std::int64_t count_;
  Matrix<T> memory_;
};

}  // namespace croquis
