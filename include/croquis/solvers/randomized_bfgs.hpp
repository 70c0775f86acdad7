// Smooth minimisation by randomized BFGS: an approximate inverse Hessian that learns from blocks of Hessian products.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include <croquis/export.hpp>
#include <croquis/solvers/minimize.hpp>
#include <croquis/solvers/nonlinear_least_squares.hpp>

namespace croquis {

/// How the approximation B of the inverse Hessian is kept.
enum class InverseMemory {
  automatic,  ///< `full` for up to 2000 unknowns, else `limited`
  full,       ///< as an n x n matrix
  limited     ///< as the last few blocks of products
};

/// "automatic", "full" or "limited".
CROQUIS_API std::string to_string(InverseMemory memory);

/// Options of `minimize_by_randomized_bfgs`.
struct RandomizedBfgsOptions {
  double gradient_tolerance = 1e-8;  ///< converged once ||g(x)|| <= gradient_tolerance ||g(x0)||
  std::int64_t iteration_limit = 1000;
  /// tau, random ones of a block; 0: the root of n, or n / 10 if that is more; with limited memory at most ten.
  std::int64_t directions = 0;
  /// Coordinates are dealt: all of them, in random order, before any comes again. Other families are independent draws.
  SubspaceFamily family = SubspaceFamily::coordinates;
  std::int64_t nonzeros = 3;  ///< of `hashing`
  /// Directions S = L V with B = L L^T and V of the family (coordinates: columns of L), which find low curvature too;
  /// else S = V.
  bool conditioned = true;
  bool previous_step = true;  ///< the last step joins the directions: a product more
  InverseMemory memory = InverseMemory::automatic;
  std::int64_t blocks = 10;  ///< of limited memory: each holds 2 n (tau + 1) numbers
  /// Numbers > 0 near the diagonal of the Hessian, n of them, where B starts from their inverses: for unknowns of
  /// different units. Empty: from a multiple of the identity.
  std::span<const double> diagonal = {};
  std::uint64_t seed = 0;  ///< same seed, same bits
  /// Called after each iteration on the calling thread; return false to cancel.
  std::function<bool(const NewtonProgress&)> on_iteration = nullptr;
};

/// The solution and its report. Of the report, `decrement` is g^T B g, `error_estimate` is half of that at x, as
/// good as B is and NaN without one, and `passes` counts one for each evaluation and each block of products; there are
/// no preconditioners.
struct [[nodiscard]] RandomizedBfgsFit : NewtonFit {
  InverseMemory memory = InverseMemory::full;  ///< the one that was used
  std::int64_t dropped_directions = 0;         ///< without positive curvature, or nearly dependent on others
  std::int64_t restarts = 0;                   ///< times B was given up for a new start
};

/// Minimises f from x0 by steps x+ = x - t B g. Before each step B, symmetric and positive definite, is updated by a
/// block of products with the Hessian H at x, in tau random directions S and the last step:
///
///   B+ = G + (I - G H) B (I - H G),  G = S (S^T H S)^-1 S^T.
///
/// B starts as a multiple of the identity (or of the inverse `diagonal`) with the root mean square of the curvature of
/// the first block. t is the first length from 1 on that satisfies the weak Wolfe conditions, so f falls at every step,
/// but for rounding.
///
/// On a quadratic with t = 1 and independent directions, R = H^1/2 B H^1/2 - I shrinks by
/// E ||R||_F^2 <= (1 - rho)^k ||R_0||_F^2 in k updates, rho = lambda_min(E H^1/2 G H^1/2), and
/// ||x+ - x*||_H <= ||R||_2 ||x - x*||_H: convergence is superlinear. For coordinates drawn in proportion to H's
/// diagonal rho is lambda_min(H) / tr(H), and near that for other directions that know nothing of H; conditioned
/// Gaussian ones bring it to tau / n as B approaches H^-1, at any condition number. Dealt and conditioned coordinates
/// are best: without `previous_step` they are conjugate, and B = H^-1 after n products, up to rounding; with it, which
/// pays where H changes, nearly so.
///
/// Newton's method (`minimize`) is faster wherever a square root of the Hessian is at hand. With products by blocks,
/// this one gains on L-BFGS where B is full and f ill-conditioned. Limited memory forgets: far fewer than n directions
/// in all blocks are of little use beside their products, and L-BFGS is faster there.
///
/// In floating point B is updated by C and D = H C, S made conjugate by a pivoted Cholesky factorization of S^T H S:
/// B+ = C C^T + (I - C D^T) B (I - D C^T). Directions without positive curvature, or dependent on others up to 1e-8,
/// are left out, so functions need not be convex. Conditioned and full, B is kept as the factor L, limited as its
/// blocks: both are positive definite whatever the roundings. Unconditioned and full it is B itself, good for condition
/// numbers far below 1 / u; where -B g is no direction of descent, or no step along it lowers f, B starts anew.
///
/// Statuses: `converged` by the tolerance, or where rounding errors allow no better; `iteration_limit`, `cancelled`;
/// `stalled` where no step lowers f though the gradient is not small, as with a wrong gradient; `non_finite_input`
/// where f or g is not finite at x0. x is the best point found in every case. Products that are not finite are left
/// out.
///
/// Cost of an iteration: an evaluation for each length tried (mostly one), a block of tau + 1 products with H, and
/// 8 n^2 tau flops, or 16 n (tau + 1)^2 `blocks` with limited memory. Memory: n^2 numbers, or 2 n (tau + 1) `blocks`,
/// and O(n tau). The result does not depend on the number of threads if those of the callables do not.
///
/// Throws `ShapeError` or `InvalidOption` for an objective that is not well formed, an x0 of the wrong length or not
/// finite, and options out of range. Source: Kovalev, Gower, Richtarik and Rogozin, arXiv 2002.11337;
/// Gower, Goldfarb and Richtarik, arXiv 1603.09649, for the limited memory and for directions S = L V.
CROQUIS_API RandomizedBfgsFit minimize_by_randomized_bfgs(const Objective& objective, std::span<const double> x0,
                                                          const RandomizedBfgsOptions& options = {});

}  // namespace croquis
