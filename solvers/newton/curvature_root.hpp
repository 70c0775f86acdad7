// Triangular factors near the square root of A^T D A + mu I, as preconditioners.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/solvers/minimize.hpp>

namespace croquis {

/// M = E^-1 R^T R E^-1, E = diag(scale), R upper triangular with columns of norms near one; M = E^-2 where R is empty.
struct ScaledTriangle {
  Matrix<double> r;
  std::vector<double> scale;

  /// z = M^-1 b, both of scale.size() entries; for use inside tiles too.
  void solve(const double* b, double* z) const;
};

/// Makes preconditioners for [A 1]^T diag(s)^2 [A 1] + mu (I but for the last), for changing s; the column of ones is
/// there with an intercept only. A is dense or by rows, and must outlive this.
class CurvatureRoot {
 public:
  /// `triangles` of them are made at a time, and products with the Hessian go through `vectors` products with A.
  CurvatureRoot(const AnyMatrixView<double>& a, bool intercept, std::int64_t triangles, std::int64_t vectors,
                const NewtonOptions& options);

  NewtonPreconditioner kind() const { return kind_; }
  /// Of making all triangles, in products with the Hessian: estimated from the shape alone.
  double cost() const { return cost_; }
  /// Times that making one reads A.
  double passes() const;

  /// From s = row_scale, m numbers. A sketch reads A once and takes 2 (d + n) n^2 flops; a Gram matrix m n^2. Where the
  /// kind is left to it, a Gram matrix that rounding errors spoil makes it a sketch from then on. The result does not
  /// depend on the number of threads.
  ScaledTriangle triangle(const std::vector<double>& row_scale, double ridge, std::uint64_t seed);

 private:
  ScaledTriangle from_gram(const std::vector<double>& row_scale, double ridge) const;
  ScaledTriangle from_sketch(const std::vector<double>& row_scale, double ridge, std::uint64_t seed) const;
  ScaledTriangle from_diagonal(const std::vector<double>& row_scale, double ridge) const;
  void choose(NewtonPreconditioner wanted, std::int64_t triangles, std::int64_t vectors);

  AnyMatrixView<double> a_;
  bool intercept_;
  std::int64_t size_;  // columns of [A 1]
  std::int64_t sketch_rows_;
  NewtonPreconditioner kind_ = NewtonPreconditioner::none;
  bool may_change_ = false;
  double cost_ = 0;
  double sketch_cost_ = 0;
};

}  // namespace croquis
