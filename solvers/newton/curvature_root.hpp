// Preconditioners for A^T D A + mu I.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/solvers/minimize.hpp>

#include "solvers/newton/scaled_triangle.hpp"

namespace croquis {

/// Makes preconditioners for [A 1]^T diag(s)^2 [A 1] + mu (I but for the last), for changing s; the column of ones is
/// there with an intercept only. A is dense or by rows, and must outlive this.
class CurvatureRoot {
 public:
  /// `triangles` of them are made at a time, and products with the Hessian go through `vectors` products with A.
  CurvatureRoot(const AnyMatrixView<double>& a, bool intercept, std::int64_t triangles, std::int64_t vectors,
                const NewtonOptions& options);

  /// Of what `triangle` made last, or would make with a ridge.
  NewtonPreconditioner kind() const { return kind_; }
  /// Of making all triangles, in products with the Hessian: estimated from the shape alone.
  double cost() const { return cost_; }
  /// Times that making the last one read A.
  double passes() const { return passes_; }

  /// From s = row_scale, m numbers. A sketch reads A once and takes 2 (d + n) n^2 flops, of low rank d^2 n; a Gram
  /// matrix m n^2. A rank below twice the effective dimension is refined at once. Where the kind is left to it, a Gram
  /// matrix that rounding errors spoil makes it a sketch from then on. The result does not depend on the number of
  /// threads.
  ScaledTriangle triangle(const std::vector<double>& row_scale, double ridge, std::uint64_t seed);

  /// What the triangles after `refine` cost, which are nearer to the Hessian: of twice the rank or, from where that is
  /// not cheaper, dense. Infinite where there is nothing better.
  double refined_cost() const;
  void refine();

  /// Another matrix of the same shape.
  void set_matrix(const AnyMatrixView<double>& a) { a_ = a; }

 private:
  ScaledTriangle from_gram(const std::vector<double>& row_scale, double ridge) const;
  ScaledTriangle from_sketch(const std::vector<double>& row_scale, double ridge, std::uint64_t seed) const;
  ScaledTriangle from_diagonal(const std::vector<double>& row_scale, double ridge) const;
  // R is empty where rounding errors leave none.
  ScaledTriangle of_low_rank(const std::vector<double>& row_scale, double ridge, std::uint64_t seed) const;
  void use(NewtonPreconditioner kind);

  AnyMatrixView<double> a_;
  bool intercept_;
  std::int64_t size_;  // columns of [A 1]
  std::int64_t sketch_rows_;
  NewtonPreconditioner kind_ = NewtonPreconditioner::none;
  double cost_ = 0;
  double passes_ = 0;
  NewtonPreconditioner dense_kind_ = NewtonPreconditioner::none;  // with no low rank
  bool may_become_sketch_ = false;
  struct Rank {
    std::int64_t rows;
    double cost;
  };
  std::vector<Rank> ranks_;  // to be tried in turn, before what is dense
  std::size_t rank_ = 0;
  bool ends_dense_ = false;
  double gram_cost_ = 0, sketch_cost_ = 0, diagonal_cost_ = 0;
};

}  // namespace croquis
