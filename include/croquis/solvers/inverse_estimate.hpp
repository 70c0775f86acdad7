// The inverse of a symmetric positive definite matrix known by its products.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/linear_operator.hpp>
#include <croquis/solvers/nonlinear_least_squares.hpp>
#include <croquis/solvers/status.hpp>

namespace croquis {

/// One update of `estimate_inverse`.
struct InverseIteration {
  std::int64_t iteration = 0;
  std::int64_t products = 0;  ///< with single vectors, from the start
  /// Before the update, from its block alone: of ||I - H B||_F, or, conditioned, of ||I - L^T H L||_F.
  double error = 0;
};

/// Options of `estimate_inverse`.
struct InverseEstimateOptions {
  double tolerance = 1e-6;               ///< converged once ||I - H B||_F <= tolerance sqrt(n), as estimated
  std::int64_t iteration_limit = 10000;  ///< updates
  std::int64_t directions = 0;           ///< tau, of a block; 0: the root of n
  /// Coordinates are dealt: all of them, in random order, before any comes again. Other families are independent draws.
  SubspaceFamily family = SubspaceFamily::coordinates;
  std::int64_t nonzeros = 3;  ///< of `hashing`
  /// Directions S = L V with B = L L^T and V of the family (coordinates: columns of L); else S = V.
  bool conditioned = true;
  std::uint64_t seed = 0;  ///< same seed, same bits
  /// Called after each update on the calling thread; return false to cancel.
  std::function<bool(const InverseIteration&)> on_iteration = nullptr;
};

/// What `estimate_inverse` found.
struct [[nodiscard]] InverseEstimate {
  Status status = Status::accuracy_not_reached;
  std::string message;        ///< one sentence
  Matrix<double> inverse;     ///< B, n x n, symmetric to the last bit
  Matrix<double> factor;      ///< L, n x n, with B = L L^T, if `conditioned`; not triangular
  double error_estimate = 0;  ///< of ||I - H B||_F, by ten Gaussian vectors that B has not seen; NaN if not computed
  std::int64_t iterations = 0;
  std::int64_t products = 0;  ///< with single vectors, those of the error estimate included
  std::vector<InverseIteration> history;

  bool solved() const { return status == Status::converged; }
};

/// Approximates the inverse of H (n x n, symmetric positive definite) by B with B+ = G + (I - G H) B (I - H G),
/// G = S (S^T H S)^-1 S^T for random S of tau columns, from the multiple of the identity that is nearest as the first
/// block sees it.
///
/// | argument | shape | |
/// |---|---|---|
/// | H | n x n | `multiply` alone is called, with tau or ten columns |
///
/// B is symmetric and positive definite from the start, and B+ H S = S. With R = H^1/2 B H^1/2 - I, independent
/// directions give E ||R_k||_F^2 <= (1 - rho)^k ||R_0||_F^2 with rho = lambda_min(E H^1/2 G H^1/2): rho is near
/// lambda_min(H) / tr(H) for single directions that know nothing of H, and approaches tau / n for conditioned ones
/// whatever the condition number. Dealt and conditioned coordinates, the default, are conjugate to all before them, and
/// a round of n products makes B = H^-1 up to rounding; what that leaves, the next rounds remove. And B is of use from
/// the first block on, as a preconditioner or a metric.
///
/// The error is estimated from each block before B has seen it, at no product (on the safe side within a round of dealt
/// coordinates, of which those still to come are the worst); where that falls below the tolerance, ten products with
/// Gaussian vectors confirm it. An estimate from them has a relative standard deviation of at most sqrt(2 / 10).
/// Rounding leaves about u times H's condition number.
///
/// Statuses: `converged`; `iteration_limit`, `cancelled`; `stalled` where conditioned directions improve B no more
/// because of rounding errors; `non_finite_input` for a product that is not finite; `accuracy_not_reached` where a
/// block shows that H is not symmetric (to 1e-6) or not positive definite. B is the last one in every case.
///
/// Cost of an update: tau products and 8 n^2 tau flops; n^3 once at the end, if conditioned. Memory: 2 n^2 and
/// O(n tau). The result depends on the number of threads only if the operator's products do. Throws `ShapeError` if H
/// is not square, `InvalidOption` for options out of range or an operator without `multiply`. Source: Gower and
/// Richtarik, arXiv 1602.01768, algorithms RBFGS and AdaRBFGS.
CROQUIS_API InverseEstimate estimate_inverse(const LinearOperator<double>& h,
                                             const InverseEstimateOptions& options = {});

}  // namespace croquis
