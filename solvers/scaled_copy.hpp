// A matrix brought into the middle of the range of its type.
#pragma once

#include "solvers/problem_matrix.hpp"
#include "solvers/stored_matrix.hpp"

namespace croquis {

/// A times a power of two, as a dense matrix of its own, so that the norms of the smallest and the largest column are
/// as far from the one end of the range of T as from the other. No bit is lost but of what is smaller than the largest
/// column by most of the range. Its `exponent` is that of A and the scaling together.
template <class T>
class ScaledCopy final : public StoredMatrix<T> {
 public:
  /// A must be finite, and is not used later. Cost: a copy of A, two passes over it.
  explicit ScaledCopy(const ProblemMatrix<T>& a) : ScaledCopy(a.densify(), a.sketched_rows(), a.exponent()) {}

  std::int64_t sketched_rows() const override { return sketched_rows_; }
  int exponent() const override { return exponent_; }
  void sketch(const AnySketch& s, MatrixView<T> out) const override;
  /// A is this times 2^scaling.
  int scaling() const { return scaling_; }

 private:
  ScaledCopy(Matrix<T> entries, std::int64_t sketched_rows, int exponent);

  Matrix<T> entries_;
  std::int64_t sketched_rows_;
  int scaling_;
  int exponent_;
};

}  // namespace croquis
