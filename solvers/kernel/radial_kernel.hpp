// The matrix of a kernel of distances between points and centres.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/solvers/kernel_model.hpp>

namespace croquis {

/// A dense copy of A by rows.
Matrix<double> dense_by_rows(const AnyMatrixView<double>& a);

/// X times what makes the kernel of that bandwidth the function of ||x - c|| in `radial_rows`, as `RadialKernel` takes
/// points: 1 / (sqrt(2) bandwidth) for `gaussian`.
void scale_points(Matrix<double>& x, KernelFunction function, double bandwidth);

/// Some rows of X, which is stored by rows.
Matrix<double> rows_of(MatrixView<const double> x, const std::vector<std::int64_t>& rows);

/// A kernel k(x, c) of points x and a set of centres c, both scaled.
class RadialKernel {
 public:
  /// C: M x p, by rows. It is copied.
  RadialKernel(KernelFunction function, MatrixView<const double> centres);

  std::int64_t centres() const { return centres_; }
  /// K(i, j) = k(x_i, c_j), X and K by rows. Multithreaded; the result does not depend on the threads.
  void fill(MatrixView<const double> x, MatrixView<double> k) const;

 private:
  KernelFunction function_;
  std::int64_t centres_;
  std::int64_t dimensions_;
  std::vector<double> packed_;  // as `radial_rows` takes them
};

/// Calls body(first, K) for blocks of the rows of the kernel matrix of X, in order, none of which stays.
template <class Body>
void for_each_kernel_block(const RadialKernel& kernel, MatrixView<const double> x, const Body& body) {
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
