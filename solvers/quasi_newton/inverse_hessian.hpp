// Approximations B of the inverse of a Hessian that learn by B+ = G + (I - G H) B (I - H G), G = S (S^T H S)^-1 S^T.
#pragma once

#include <cstdint>
#include <vector>

#include "solvers/quasi_newton/block_sequence.hpp"
#include "solvers/quasi_newton/curvature_block.hpp"

namespace croquis {

/// A symmetric positive definite n x n matrix B. With the conjugate form of the block, S^T H S needs no inverse and
/// B+ = C C^T + (I - C D^T) B (I - D C^T): then B+ D = C.
class InverseHessian {
 public:
  virtual ~InverseHessian() = default;

  /// B X, n x k, with its coordinates L^T X if B has a factor.
  virtual Directions multiply(MatrixView<const double> x) const = 0;
  /// Random directions.
  virtual Directions draw(const DrawnBlock& block) const = 0;
  /// Takes up a block of directions that `draw` and `multiply` have made since the last update; one without columns
  /// changes nothing.
  virtual void update(CurvatureBlock block) = 0;
};

/// A := A + C F^T, C: m x k, F: n x k, all column-major. Multithreaded over columns of A; the same bits for any number
/// of threads.
void add_outer_product(const Matrix<double>& c, const Matrix<double>& f, Matrix<double>& a);

/// Makes a square matrix symmetric by what is above its diagonal. Multithreaded.
void copy_upper_triangle_below(Matrix<double>& b);

}  // namespace croquis
