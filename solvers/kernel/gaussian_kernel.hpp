// The matrix of a Gaussian kernel between points and centres.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// A dense copy of A by rows.
Matrix<double> dense_by_rows(const AnyMatrixView<double>& a);

/// X / (sqrt(2) bandwidth): what `GaussianKernel` takes.
void scale_points(Matrix<double>& x, double bandwidth);

/// Some rows of X, which is stored by rows.
Matrix<double> rows_of(MatrixView<const double> x, const std::vector<std::int64_t>& rows);

/// exp(-||x - c||^2) for points x and a set of centres c, both scaled.
class GaussianKernel {
 public:
  /// C: M x p, by rows. It is copied.
  explicit GaussianKernel(MatrixView<const double> centres);

  std::int64_t centres() const { return centres_; }
  /// K(i, j) = exp(-||x_i - c_j||^2), X and K by rows. Multithreaded; the result does not depend on the threads.
  void fill(MatrixView<const double> x, MatrixView<double> k) const;

 private:
  std::int64_t centres_;
  std::int64_t dimensions_;
  std::vector<double> packed_;  // as `gaussian_rows` takes them
};

/// Calls body(first, K) for blocks of the rows of the kernel matrix of X, in order, none of which stays.
template <class Body>
void for_each_kernel_block(const GaussianKernel& kernel, MatrixView<const double> x, const Body& body) {
  // Into the third-level cache, from where it is read again.
  constexpr std::int64_t block_bytes = std::int64_t{16} << 20;
  const std::int64_t centres = kernel.centres() > 0 ? kernel.centres() : 1;
  const std::int64_t fitting = block_bytes / (8 * centres) / 256 * 256;
  const std::int64_t rows = fitting < 256 ? 256 : fitting;
  if (x.rows == 0) return;
  Matrix<double> block =
      Matrix<double>::uninitialized(rows < x.rows ? rows : x.rows, kernel.centres(), Layout::row_major);
  for (std::int64_t first = 0; first < x.rows; first += rows) {
    const std::int64_t count = rows < x.rows - first ? rows : x.rows - first;
    const auto view = block.view().block(0, 0, count, kernel.centres());
    kernel.fill(x.block(first, 0, count, x.cols), view);
    body(first, view);
  }
}

}  // namespace croquis
