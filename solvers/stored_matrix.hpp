// The matrix of a least-squares problem whose entries are in memory.
#pragma once

#include "solvers/problem_matrix.hpp"

namespace croquis {

/// A dense or sparse matrix of the user's, which must outlive it.
template <class T>
class StoredMatrix : public ProblemMatrix<T> {
 public:
  explicit StoredMatrix(AnyMatrixView<T> a) : a_(a) {}

  std::int64_t rows() const override { return a_.rows(); }
  std::int64_t cols() const override { return a_.cols(); }
  std::int64_t stored_entries() const override { return a_.stored_entries(); }
  void multiply(MatrixView<const T> x, MatrixView<T> y) const override;
  void multiply_transposed(MatrixView<const T> y, MatrixView<T> x) const override;
  void normal_product(MatrixView<const T> x, MatrixView<T> g) const override;
  void residual_and_gradient(MatrixView<const T> x, MatrixView<const T> b, MatrixView<T> r,
                             MatrixView<T> g) const override;
  void sketch(const AnySketch& s, MatrixView<T> out) const override;
  bool all_finite() const override;
  Matrix<T> densify() const override;
  std::unique_ptr<FixedPointMatrix> in_fixed_point() const override;
  bool has_fixed_point() const override;
  bool has_gram() const override;
  Matrix<T> gram(const std::vector<T>& scale) const override;
  Matrix<float> gram_in_float(const std::vector<T>& scale) const override;
  GramAndProduct<T> preconditioned_gram(MatrixView<const T> r, MatrixView<const T> v) const override;
  const AnyMatrixView<T>* stored() const override { return &a_; }

 private:
  AnyMatrixView<T> a_;
};

}  // namespace croquis
