// QR factorization of a sparse matrix, through SuiteSparse's SPQR.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/linalg/sparse.hpp>

#include "linalg/sparse_trapezoid.hpp"

namespace croquis {

/// True if croquis was built with SuiteSparse. The functions below throw `std::logic_error` without.
bool has_sparse_qr();

/// A D P = Q [R1 R2] and the first rows of Q^T B.
template <class T>
struct SparseQr {
  SparseTrapezoid<T> r;
  Matrix<T> qtb;  ///< rank x k
};

/// What `sparse_qr` takes at most, from the pattern of A and the ordering.
struct SparseQrCost {
  double flops = 0;
  double bytes = 0;
};
template <class T>
SparseQrCost sparse_qr_cost(const CscView<T, std::int64_t>& a, const std::vector<std::int64_t>& ordering);

/// Factors A D, D = diag(scale), with the columns in the order given; rows in order, no place twice. A column whose
/// part outside of the span of those before it has a norm of at most `tolerance` counts as dependent on them (Heath's
/// rule) and goes to R2.
///
/// Multifrontal Householder QR in double, on one thread; Q is applied to B and not kept. Throws `std::bad_alloc` if the
/// memory does not suffice. Source: Davis, ACM Trans. Math. Softw. 38 (2011).
template <class T>
SparseQr<T> sparse_qr(const CscView<T, std::int64_t>& a, const std::vector<T>& scale, MatrixView<const T> b,
                      const std::vector<std::int64_t>& ordering, double tolerance);

}  // namespace croquis
