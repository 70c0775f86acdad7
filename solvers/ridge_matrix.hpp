// A matrix above a multiple of the identity: a least-squares problem with a penalty on ||x||.
#pragma once

#include <vector>

#include "solvers/problem_matrix.hpp"

namespace croquis {

/// [A; t I], (m + n) x n, for which min ||A x - b||^2 + t^2 ||x||^2 is a plain least-squares problem with n zeros below
/// b. Only A is sketched. Its columns need not be fewer than A's rows.
///
/// A block of vectors may have a t for each of its columns: problems with many penalties then share each pass over A.
/// Such a matrix has products, but no sketch and no dense copy.
template <class T>
class RidgeMatrix final : public ProblemMatrix<T> {
 public:
  /// `a` must outlive it; `roots` holds one t, or one for each column of the blocks.
  RidgeMatrix(const ProblemMatrix<T>& a, std::vector<T> roots) : a_(a), roots_(std::move(roots)) {}

  std::int64_t rows() const override { return a_.rows() + a_.cols(); }
  std::int64_t cols() const override { return a_.cols(); }
  std::int64_t stored_entries() const override { return a_.stored_entries(); }
  std::int64_t sketched_rows() const override { return a_.sketched_rows(); }
  int exponent() const override { return a_.exponent(); }
  void multiply(MatrixView<const T> x, MatrixView<T> y) const override;
  void multiply_transposed(MatrixView<const T> y, MatrixView<T> x) const override;
  void normal_product(MatrixView<const T> x, MatrixView<T> g) const override;
  void residual_and_gradient(MatrixView<const T> x, MatrixView<const T> b, MatrixView<T> r,
                             MatrixView<T> g) const override;
  void sketch(const AnySketch& s, MatrixView<T> out) const override;
  bool all_finite() const override { return a_.all_finite(); }
  Matrix<T> densify() const override;
  bool has_gram() const override { return roots_.size() == 1 && a_.has_gram(); }
  Matrix<T> gram(const std::vector<T>& scale) const override;
  Matrix<float> gram_in_float(const std::vector<T>& scale) const override;
  GramAndProduct<T> preconditioned_gram(MatrixView<const T> r, MatrixView<const T> v) const override;
  void set_right_hand_side(MatrixView<const T> b, MatrixView<T> out) const override;

 private:
  T root(std::int64_t vector) const { return roots_[roots_.size() == 1 ? 0 : static_cast<std::size_t>(vector)]; }
  void set_identity(MatrixView<T> out) const;

  const ProblemMatrix<T>& a_;
  std::vector<T> roots_;
};

}  // namespace croquis
