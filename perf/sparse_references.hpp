// What a user of sparse least squares would call otherwise.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/linalg/sparse.hpp>

namespace croquis::perf {

struct ReferenceSolution {
  std::vector<double> x;
  std::int64_t iterations = 0;
};

/// One problem, stored as the libraries want it. Each solves with the BLAS threads set for the run.
class SparseReferences {
 public:
  SparseReferences(const SparseMatrix<double>& a, const Matrix<double>& b);

  /// SuiteSparseQR with its default ordering, and no column taken as dependent: its default tolerance would drop
  /// columns from about k = 1e9 on, where ours must not.
  ReferenceSolution spqr() const;
  /// CHOLMOD of A^T A with its default orderings, columns scaled, and two steps of refinement in double.
  ReferenceSolution normal_equations() const;
  /// LSQR of Paige and Saunders with the columns scaled to unit norm, until ||A^T r|| <= tolerance ||A||_F ||r||, or
  /// 3000 iterations; with the products that croquis has, on as many threads.
  ReferenceSolution lsqr(double tolerance) const;

  /// ||D A^T r|| / (||A D||_F ||r||), D scaling the columns of A to unit norm.
  double relative_gradient(const std::vector<double>& x) const;
  double relative_gradient(const Matrix<double>& x) const;

 private:
  /// The reciprocals of the columns' norms, which every solve has to find out, as ours has.
  std::vector<double> column_scale() const;

  const SparseMatrix<double>& a_;
  const Matrix<double>& b_;
  SparseMatrix<double> transpose_;
};

}  // namespace croquis::perf
