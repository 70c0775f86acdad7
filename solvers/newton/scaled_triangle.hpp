// The form in which preconditioners of A^T D A + mu I are kept.
#pragma once

#include <vector>

#include <croquis/linalg/matrix.hpp>

namespace croquis {

/// M = E^-1 R^T R E^-1, E = diag(scale), R upper triangular with columns of norms near one; M = E^-2 where R is empty.
///
/// With C (d x n, d < n): M = E^-1 (I + C^T C) E^-1, and R^T R = I + C C^T is d x d; then
/// M^-1 = E (I - C^T (R^T R)^-1 C) E.
struct ScaledTriangle {
  Matrix<double> r;
  std::vector<double> scale;
  Matrix<double> c = {};

  /// z = M^-1 b, both of scale.size() entries; without C for use inside tiles too. The result does not depend on the
  /// number of threads.
  void solve(const double* b, double* z) const;
};

/// Puts a one in the place of the diagonal entry of each column that depends on those before it, and zeros beside it.
///
/// R^T R gains e_j e_j^T, so that no step is taken along the null vector that ends at j; where a Hessian is singular
/// the other eigenvalues of M^-1 H stay as they are. A column counts as dependent where a combination with those before
/// it is as short as R may be where `floor` was put below its columns, of norm one. Cost: n^2 for each short diagonal
/// entry.
void pin_dependent_columns(Matrix<double>& r, double floor);

/// The smallest |r_jj|; infinite if R is empty.
double shortest_diagonal(const Matrix<double>& r);

/// Columns this far from those before them are independent, and a Gram matrix is good enough for them.
inline constexpr double independent_column = 1e-6;

}  // namespace croquis
