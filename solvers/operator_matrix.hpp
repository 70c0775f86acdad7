// A matrix of which only the products are known.
#pragma once

#include <croquis/linalg/linear_operator.hpp>

#include "solvers/problem_matrix.hpp"

namespace croquis {

/// A user's operator. Its sketch and its dense copy take the n products A e_j, by blocks: fewer than the S.rows()
/// products A^T (S^T e_i) would be. The other products are A X and A^T Y as the operator gives them, so a fused product
/// costs both, and m k entries of memory.
template <class T>
class OperatorMatrix : public ProblemMatrix<T> {
 public:
  explicit OperatorMatrix(LinearOperator<T> a) : a_(std::move(a)) {}

  std::int64_t rows() const override { return a_.rows; }
  std::int64_t cols() const override { return a_.cols; }
  std::int64_t stored_entries() const override { return a_.rows * a_.cols; }
  void multiply(MatrixView<const T> x, MatrixView<T> y) const override { a_.multiply(x, y); }
  void multiply_transposed(MatrixView<const T> y, MatrixView<T> x) const override { a_.multiply_transposed(y, x); }
  void normal_product(MatrixView<const T> x, MatrixView<T> g) const override;
  void residual_and_gradient(MatrixView<const T> x, MatrixView<const T> b, MatrixView<T> r,
                             MatrixView<T> g) const override;
  void sketch(const AnySketch& s, MatrixView<T> out) const override;
  bool all_finite() const override;
  Matrix<T> densify() const override;

 private:
  LinearOperator<T> a_;
};

template <class T>
LinearOperator<T> transposed(const LinearOperator<T>& a) {
  return {a.cols, a.rows, a.multiply_transposed, a.multiply};
}

/// Throws `InvalidOption` unless <A x, y> = <x, A^T y> for random x and y, to a multiple of the roundoff that leaves
/// room for products of lower quality than ours; the message gives both numbers. Products that are not finite pass:
/// they are data. Throws `ShapeError` for a negative size and `InvalidOption` for a missing callable.
template <class T>
void check_operator(const LinearOperator<T>& a, const char* name);

}  // namespace croquis
