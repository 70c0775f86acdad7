// The linear model of residuals that each depend on few unknowns.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <croquis/linalg/sparse.hpp>

#include "linalg/sparse_trapezoid.hpp"

namespace croquis {

/// J (m x p) by its nonzero entries, and r: not reduced, but factored for each lambda through SuiteSparse, so that
/// nothing of size p x p is ever dense. Memory: J twice, and its R.
class SparseModel {
 public:
  /// `has_sparse_qr()`; J is finite. Entries at the same place are added.
  SparseModel(const CsrView<double, std::int64_t>& j, std::span<const double> r);

  std::int64_t cols() const { return j_.cols(); }
  double column_norm(std::int64_t j) const { return norms_[static_cast<std::size_t>(j)]; }
  std::vector<double> gradient() const;                          ///< J^T r
  std::vector<double> product(std::span<const double> y) const;  ///< J y
  double decrease(std::span<const double> y) const;              ///< 1/2 ||r||^2 - 1/2 ||J y + r||^2
  SparseModel restricted_to(const std::vector<std::int64_t>& columns) const;

  /// [J D^-1; sqrt(lambda) I] = Q R P^T, and the top of Q^T [-r; 0].
  struct Factor {
    SparseTrapezoid<double> r;
    std::vector<double> c;
  };
  /// For lambda = 0, columns that a roundoff or so keeps apart from others count as dependent. By SPQR, on one thread.
  Factor factor(const std::vector<double>& scale, double lambda) const;

 private:
  SparseMatrix<double> j_;
  std::vector<double> r_;
  std::vector<double> norms_;
  std::vector<std::int64_t> ordering_;  // of the columns, which keeps R sparse
};

}  // namespace croquis
