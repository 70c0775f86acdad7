// Ridge regression from sketches alone, and the average of several such models.
#pragma once

#include <cstdint>
#include <span>

#include <croquis/export.hpp>
#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/sketch/any_sketch.hpp>

namespace croquis {

/// What is sketched.
enum class RidgeSketch {
  classical,  ///< A and b: (A^T S^T S A + ridge I)^-1 A^T S^T S b. Little bias, much variance
  hessian     ///< A^T A only: (A^T S^T S A + ridge I)^-1 A^T b. Little variance, more bias where the sketch is small
};

/// Options of `sketched_ridge`.
struct SketchedRidgeOptions {
  RidgeSketch kind = RidgeSketch::hessian;
  SketchFamily family = SketchFamily::sparse_sign;
  std::int64_t sketch_rows = 0;  ///< 0: 8 for each column of A, or as many as A has
  std::int64_t models = 1;       ///< independent sketches whose solutions are averaged
  std::uint64_t seed = 0;        ///< model i uses seed + i
};

/// Approximates the X that minimises ||A X - B||_F^2 + ridge ||X||_F^2 from one or several sketches of A.
///
/// | argument | shape | |
/// |---|---|---|
/// | A | m x n | dense in either layout, CSR or CSC |
/// | B | m x k | either layout |
/// | ridge | > 0 | not divided by m |
/// | result | n x k | column-major |
///
/// For those who can afford a few sketches and no iteration: `least_squares` with a ridge is exact to rounding. The
/// solutions of independent sketches have the same bias and independent errors: the average of g of them has the bias
/// of one and a g-th of the variance. As ridge -> 0, with Gaussian sketches of d rows, the classical solution is
/// unbiased with ||A (x - x*)||^2 = n / (d - n - 1) ||A x* - b||^2 in the mean, and the Hessian one is d / (d - n - 1)
/// x* in the mean.
///
/// The triangular factor of [S A; sqrt(ridge) I] solves the normal equations. Cost for each model: a sketch of A (and
/// of B), 2 d n^2 flops; one pass over A for A^T B. Memory d n. The result does not depend on the number of threads.
/// Throws `ShapeError` if the shapes do not fit, `InvalidOption` for an option out of range. NaN in, NaN out. Source:
/// Wang, Gittens and Mahoney, arXiv 1702.04837.
CROQUIS_API Matrix<float> sketched_ridge(const AnyMatrixView<float>& a, MatrixView<const float> b, double ridge,
                                         const SketchedRidgeOptions& options = {});
CROQUIS_API Matrix<double> sketched_ridge(const AnyMatrixView<double>& a, MatrixView<const double> b, double ridge,
                                          const SketchedRidgeOptions& options = {});

/// The same for one right-hand side.
inline Matrix<float> sketched_ridge(const AnyMatrixView<float>& a, std::span<const float> b, double ridge,
                                    const SketchedRidgeOptions& options = {}) {
  return sketched_ridge(a, column_major(b.data(), std::ssize(b), 1), ridge, options);
}
inline Matrix<double> sketched_ridge(const AnyMatrixView<double>& a, std::span<const double> b, double ridge,
                                     const SketchedRidgeOptions& options = {}) {
  return sketched_ridge(a, column_major(b.data(), std::ssize(b), 1), ridge, options);
}

}  // namespace croquis
