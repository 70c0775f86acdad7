#include "linalg/fixed_point_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/copy.hpp"
#include "linalg/fixed_point_kernels.hpp"
#include "linalg/parallel.hpp"

namespace croquis {
namespace {

constexpr std::int64_t most_chunks = 64;
// Columns that are turned at a time where A is stored by rows.
constexpr std::int64_t panel_cols = 64;
// Blocks that are made at a time: runs of 4 KiB of a column, which are read ahead.
constexpr std::int64_t run_blocks = 8;

std::int64_t blocks_of(std::int64_t rows) { return (rows + fixed_point_rows - 1) / fixed_point_rows; }

Partition chunks_of(std::int64_t blocks) { return Partition(blocks, most_chunks); }

}  // namespace

std::int64_t FixedPointMatrix::block_count() const { return blocks_of(rows_); }

FixedPointMatrix::FixedPointMatrix(MatrixView<const double> a)
    : rows_(a.rows),
      cols_(a.cols),
      entries_(blocks_of(a.rows) * fixed_point_rows * a.cols),
      units_(blocks_of(a.rows) * a.cols),
      column_errors_(static_cast<std::size_t>(a.cols), 0) {
  const Partition chunks = chunks_of(block_count());
  Workspace<double> squared_errors(chunks.count * cols_);
  std::fill_n(squared_errors.data(), squared_errors.size(), 0.0);
  for_each_tile(chunks.count, [&](std::int64_t chunk) {
    Workspace<double> panel(run_blocks * fixed_point_rows * panel_cols);
    for (std::int64_t block = chunks.begin(chunk); block < chunks.end(chunk); block += run_blocks)
      round_blocks(a, block, std::min(block + run_blocks, chunks.end(chunk)), panel.data(),
                   squared_errors.data() + chunk * cols_);
  });
  for (std::int64_t chunk = 0; chunk < chunks.count; ++chunk)
    for (std::int64_t j = 0; j < cols_; ++j) column_errors_[j] += squared_errors[chunk * cols_ + j];
  // Squares below the least number are lost.
  const double lost = static_cast<double>(rows_) * std::numeric_limits<double>::denorm_min();
  for (double& error : column_errors_) error = std::sqrt(error + lost);
}

// The blocks [begin, end): reads a run of a column, or a panel by rows, and writes a piece of it to each block.
void FixedPointMatrix::round_blocks(MatrixView<const double> a, std::int64_t begin, std::int64_t end, double* panel,
                                    double* squared_errors) {
  const std::int64_t first = begin * fixed_point_rows;
  const std::int64_t count = std::min(end * fixed_point_rows, rows_) - first;
  const std::int64_t padded = (end - begin) * fixed_point_rows;
  const bool in_place = a.layout == Layout::column_major && count == padded;
  for (std::int64_t j0 = 0; j0 < cols_; j0 += panel_cols) {
    MatrixView<const double> part = a.block(first, j0, count, std::min(panel_cols, cols_ - j0));
    if (!in_place) {
      // Rows beyond the last are zeros.
      if (count < padded) std::fill_n(panel, padded * part.cols, 0.0);
      copy_serial<double>(part, column_major(panel, count, part.cols, padded));
      part = column_major<const double>(panel, padded, part.cols);
    }
    for (std::int64_t j = 0; j < part.cols; ++j) {
      for (std::int64_t block = begin; block < end; ++block) {
        const std::int64_t piece = block * cols_ + j0 + j;
        const double* const from = part.data + j * part.leading_dimension + (block - begin) * fixed_point_rows;
        units_[piece] = round_to_fixed_point(from, entries_.data() + piece * fixed_point_rows, squared_errors[j0 + j]);
      }
    }
  }
}

// A block comes from memory for its product with x and from the second-level cache for the other, which asks for the
// next block meanwhile. Each chunk adds n partial sums of eight parts, n written.
void FixedPointMatrix::normal_product(const double* x, double* g) const {
  const Partition chunks = chunks_of(block_count());
  Workspace<double> chunk_sums(chunks.count * cols_);
  WorkspacePool<double> parts(fixed_point_sums * cols_);
  for_each_tile(chunks.count, [&](std::int64_t chunk) {
    auto loan = parts.borrow();
    double* const sums = loan.data();
    std::fill_n(sums, fixed_point_sums * cols_, 0.0);
    double t[fixed_point_rows];
    for (std::int64_t block = chunks.begin(chunk); block < chunks.end(chunk); ++block) {
      const std::int32_t* const entries = entries_.data() + block * cols_ * fixed_point_rows;
      const double* const units = units_.data() + block * cols_;
      const bool more = block + 1 < chunks.end(chunk);
      const std::int32_t* const next = more ? entries + cols_ * fixed_point_rows : nullptr;
      fixed_point_product(cols_, entries, units, next, x, t);
      add_fixed_point_transposed(cols_, entries, units, next, t, sums);
    }
    for (std::int64_t j = 0; j < cols_; ++j) {
      const double* const s = sums + j * fixed_point_sums;
      chunk_sums[chunk * cols_ + j] = ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
    }
  });
  std::fill_n(g, cols_, 0.0);
  for (std::int64_t chunk = 0; chunk < chunks.count; ++chunk)
    for (std::int64_t j = 0; j < cols_; ++j) g[j] += chunk_sums[chunk * cols_ + j];
}

double fixed_point_bytes(std::int64_t rows, std::int64_t cols) {
  const double blocks = static_cast<double>(blocks_of(rows));
  return blocks * static_cast<double>(cols) * (fixed_point_rows * sizeof(std::int32_t) + sizeof(double));
}

}  // namespace croquis
