// A dense matrix rounded to 32 bits an entry, for products that need some ten digits and are bound by memory.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/linalg/matrix_view.hpp>

#include "linalg/memory.hpp"

namespace croquis {

/// An m x n matrix A~ near a dense A, half its size: 64 rows of a column share a unit, a power of two of which their
/// entries are multiples, so that an entry is off by at most 2^-31 of the largest of its 64. Where `float` rounds each
/// entry to 24 bits of itself, this has 31 of its neighbours': a hundred times the accuracy in the same memory, for
/// columns whose entries are of one size. Integers below 2^30 are exact.
///
/// Products read it in the order that it lies in memory, whatever the layout of A.
class FixedPointMatrix {
 public:
  /// Reads A once and writes half as much. Multithreaded over blocks of rows. A's entries are finite; throws
  /// std::bad_alloc.
  explicit FixedPointMatrix(MatrixView<const double> a);

  std::int64_t rows() const { return rows_; }
  std::int64_t cols() const { return cols_; }
  /// The norm of each column of A~ - A.
  const std::vector<double>& column_errors() const { return column_errors_; }

  /// g = A~^T (A~ x), reading A~ from memory once. The same bits for any number of threads.
  void normal_product(const double* x, double* g) const;

 private:
  std::int64_t block_count() const;
  void round_blocks(MatrixView<const double> a, std::int64_t begin, std::int64_t end, double* panel,
                    double* squared_errors);

  std::int64_t rows_;
  std::int64_t cols_;
  Workspace<std::int32_t> entries_;  // by blocks of 64 rows, by columns within a block
  Workspace<double> units_;          // of each column of each block
  std::vector<double> column_errors_;
};

/// The bytes that one of m x n takes.
double fixed_point_bytes(std::int64_t rows, std::int64_t cols);

}  // namespace croquis
