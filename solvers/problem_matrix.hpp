// The matrix of a least-squares problem, as far as the methods need to know it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/sketch/any_sketch.hpp>

#include "linalg/fixed_point_matrix.hpp"
#include "solvers/preconditioned_gram.hpp"

namespace croquis {

/// A tall m x n matrix A behind its products. A call costs nothing beside the pass over A that it makes.
///
/// Its first `sketched_rows` rows are those that a sketching operator S takes; where there are more, as below a ridge,
/// the rest are few and exact: the sketch of [A1; A2] is [S A1; A2], with `S.rows() + rows() - sketched_rows()` rows.
template <class T>
class ProblemMatrix {
 public:
  virtual ~ProblemMatrix() = default;

  virtual std::int64_t rows() const = 0;
  virtual std::int64_t cols() const = 0;
  /// Entries that a pass reads: rows * cols when dense.
  virtual std::int64_t stored_entries() const = 0;
  virtual std::int64_t sketched_rows() const { return rows(); }

  /// Y = A X.
  virtual void multiply(MatrixView<const T> x, MatrixView<T> y) const = 0;
  /// X = A^T Y.
  virtual void multiply_transposed(MatrixView<const T> y, MatrixView<T> x) const = 0;
  /// G = A^T (A X).
  virtual void normal_product(MatrixView<const T> x, MatrixView<T> g) const = 0;
  /// R = B - A X and G = A^T R.
  virtual void residual_and_gradient(MatrixView<const T> x, MatrixView<const T> b, MatrixView<T> r,
                                     MatrixView<T> g) const = 0;

  /// The sketch of A, (S.rows() + rows() - sketched_rows()) x n.
  virtual void sketch(const AnySketch& s, MatrixView<T> out) const = 0;
  /// The sketch of a block of vectors with A's rows.
  void sketch_vectors(const AnySketch& s, MatrixView<const T> b, MatrixView<T> out) const;

  /// True if no entry of A is a NaN or an infinity.
  virtual bool all_finite() const = 0;
  /// What the user calls A, or A with its rows weighted, is this times 2^exponent.
  virtual int exponent() const { return 0; }
  /// A as a new column-major matrix.
  virtual Matrix<T> densify() const = 0;
  /// A itself, if its entries are stored as they are; null otherwise.
  virtual const AnyMatrixView<T>* stored() const { return nullptr; }

  /// A rounded to 32 bits an entry, for a dense A in double; null where there is no such copy to be had.
  virtual std::unique_ptr<FixedPointMatrix> in_fixed_point() const;
  virtual bool has_fixed_point() const { return false; }

  /// Whether A^T A costs no more than a product of dense matrices does.
  virtual bool has_gram() const { return false; }
  /// The upper triangle of D A^T A D, D = diag(scale), zeros below it. One pass over A, n^2 flops for each row.
  virtual Matrix<T> gram(const std::vector<T>& scale) const;
  /// The same of A D rounded to float, for columns that have norms near one: half the time.
  virtual Matrix<float> gram_in_float(const std::vector<T>& scale) const;

  /// B^T B and B^T V for B = A R^-1, as the function of that name.
  virtual GramAndProduct<T> preconditioned_gram(MatrixView<const T> r, MatrixView<const T> v) const;

  /// The vectors B that the user gave, as the right-hand sides of the problem with A: a copy here; scaled or with
  /// zeros below where A is what the user gave scaled or with rows below.
  virtual void set_right_hand_side(MatrixView<const T> b, MatrixView<T> out) const;
};

}  // namespace croquis
