// Cholesky factorization of A^T A for sparse A, through CHOLMOD.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <croquis/linalg/sparse.hpp>

#include "linalg/sparse_trapezoid.hpp"

namespace croquis {

/// The analysis of A^T A from the pattern of A: a fill-reducing ordering of the columns (approximate minimum degree)
/// and what the factor takes. R of A = Q R has the same pattern, or less, and the same ordering keeps it sparse.
class SparseCholesky {
 public:
  /// Null if croquis was built without SuiteSparse. Rows in order, no place twice.
  template <class T>
  static std::unique_ptr<SparseCholesky> analyze(const CsrView<T, std::int64_t>& a);
  virtual ~SparseCholesky() = default;

  double entries = 0;                  ///< of R
  double flops = 0;                    ///< of the Cholesky factorization
  std::vector<std::int64_t> ordering;  ///< column j of R is column ordering[j] of A

  /// R with R^T R = (A D)^T A D for the matrix that was analysed, D = diag(scale). Nothing if it is not numerically
  /// positive definite. On one thread. Throws `std::bad_alloc` if the memory does not suffice.
  virtual std::optional<SparseTrapezoid<double>> factorize(const CsrView<double, std::int64_t>& a,
                                                           const std::vector<double>& scale) = 0;
  virtual std::optional<SparseTrapezoid<float>> factorize(const CsrView<float, std::int64_t>& a,
                                                          const std::vector<float>& scale) = 0;
};

}  // namespace croquis
