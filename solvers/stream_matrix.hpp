// The matrix of a least-squares problem that is read anew, block by block, for each product.
#pragma once

#include <optional>
#include <vector>

#include <croquis/solvers/least_squares_stream.hpp>

#include "solvers/problem_matrix.hpp"

namespace croquis {

/// The A of a source. Its first pass, made at once, takes B, the number of rows and a fingerprint of the stream; each
/// product is a pass that throws where those differ.
template <class T>
class StreamMatrix final : public ProblemMatrix<T> {
 public:
  explicit StreamMatrix(const RowBlockSource<T>& source);

  /// B, which the stream does not keep: to be called once.
  Matrix<T> take_b();
  /// The first row of the stream in which A or B is not finite.
  std::optional<std::int64_t> non_finite_row() const { return non_finite_row_; }

  std::int64_t rows() const override { return rows_; }
  std::int64_t cols() const override { return source_.cols; }
  std::int64_t stored_entries() const override { return stored_entries_; }
  void multiply(MatrixView<const T> x, MatrixView<T> y) const override;
  void multiply_transposed(MatrixView<const T> y, MatrixView<T> x) const override;
  void normal_product(MatrixView<const T> x, MatrixView<T> g) const override;
  void residual_and_gradient(MatrixView<const T> x, MatrixView<const T> b, MatrixView<T> r,
                             MatrixView<T> g) const override;
  void sketch(const AnySketch& s, MatrixView<T> out) const override;
  bool all_finite() const override { return !non_finite_row_; }
  Matrix<T> densify() const override;

 private:
  struct Fingerprint {
    std::int64_t rows = 0;
    std::uint64_t bits = 0;
    void add(const AnyMatrixView<T>& a, MatrixView<const T> b);
  };
  template <class Body>
  void pass(const Body& body) const;

  const RowBlockSource<T>& source_;
  std::int64_t rows_ = 0;
  std::int64_t stored_entries_ = 0;
  std::vector<T> b_;  // by rows
  std::optional<std::int64_t> non_finite_row_;
  Fingerprint first_;
};

}  // namespace croquis
