// The Nystrom approximation of a symmetric positive semidefinite matrix known by its products.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/linear_operator.hpp>
#include <croquis/solvers/low_rank.hpp>

namespace croquis {

/// H is about U diag(lambda) U^T.
struct [[nodiscard]] NystromApproximation : LowRankReport {
  Matrix<double> u;                 ///< n x k, orthonormal columns
  std::vector<double> eigenvalues;  ///< k of them, descending, not negative
};

/// Approximates H (n x n, symmetric positive semidefinite) by (H Omega) (Omega^T H Omega)^+ (H Omega)^T, Omega an n x l
/// Gaussian test matrix with l = rank + oversampling, truncated to `rank` eigenvalues.
///
/// | argument | shape | |
/// |---|---|---|
/// | H | n x n | `multiply` alone is called, once, with l + 10 columns |
/// | rank | 1 to n | |
///
/// The approximation lies below H: its eigenvalues are at most H's, up to roundoff. The expected error in the 2-norm is
/// of the order of the eigenvalues that are left out. H is shifted by sqrt(n) u ||H Omega||_F meanwhile, and the
/// eigenvalues back, so that the small Cholesky factor exists; eigenvalues below that are noise. The report's estimates
/// are those of `randomized_svd`.
///
/// Cost: one product with H, 12 n l^2 flops, memory 4 n l. The result depends on the number of threads only if the
/// operator's products do. Throws `ShapeError` if H is not square, `InvalidOption` for a rank out of range. NaN or
/// infinity in the product is a status; so is (accuracy_not_reached) an H that is not positive semidefinite.
/// Source: Frangella, Tropp and Udell, arXiv 2110.02820, algorithm 2.1; Tropp, Yurtsever, Udell and Cevher, arXiv
/// 1706.05736.
CROQUIS_API NystromApproximation nystrom_approximation(const LinearOperator<double>& h, std::int64_t rank,
                                                       std::int64_t oversampling = 10, std::uint64_t seed = 0);

}  // namespace croquis
