// Smooth minimisation of very many unknowns, convex or not, by steps in random subspaces.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/solvers/nonlinear_least_squares.hpp>
#include <croquis/solvers/objective.hpp>
#include <croquis/solvers/status.hpp>

namespace croquis {

/// How a step comes from the quadratic model q(s) = g^T s + 1/2 s^T H s in a subspace.
enum class SubspaceStepRule {
  line_search,  ///< Newton's step, negative curvatures counted as positive, shortened until Armijo's condition holds
  quadratic,    ///< the minimiser of q within a trust region
  cubic         ///< the minimiser of q(s) + sigma / 3 ||s||^3
};

/// "line-search", "quadratic" or "cubic".
CROQUIS_API std::string to_string(SubspaceStepRule rule);

/// One iteration of `minimize_in_subspaces`: a subspace. Numbers count from the start of the solve.
struct SubspaceNewtonIteration {
  std::int64_t iteration = 0;
  bool accepted = false;          ///< whether a step was taken
  double value = 0;               ///< f after the iteration
  double gradient_norm = 0;       ///< after the iteration; estimated where only S^T g is computed
  double step_norm = 0;           ///< of the last step tried
  double ratio = 0;               ///< of that: by how much f fell over what was predicted; NaN where f is not finite
  double parameter = 0;           ///< of that: the radius, sigma, or the part of Newton's step
  std::int64_t trials = 0;        ///< steps tried, all from one eigendecomposition
  std::int64_t dimensions = 0;    ///< p
  std::int64_t rank = 0;          ///< of S^T H S
  double smallest_curvature = 0;  ///< the smallest eigenvalue of H in the subspace
  std::int64_t products = 0;      ///< products of H with a vector; p for each S^T H S that the objective computed
  std::int64_t evaluations = 0;   ///< of f, with or without the gradient
  double seconds = 0;
};

/// What a callback is shown: an iteration, and the best x so far, which is only valid during the call.
struct SubspaceNewtonProgress : SubspaceNewtonIteration {
  std::span<const double> x;
};

/// Options of `minimize_in_subspaces`.
struct SubspaceNewtonOptions {
  SubspaceStepRule rule = SubspaceStepRule::cubic;
  SubspaceFamily family = SubspaceFamily::gaussian;  ///< of the directions that are drawn
  std::int64_t nonzeros = 3;                         ///< of `SubspaceFamily::hashing`
  /// p of the first subspace; at most n of it are used. 0: n up to 50 unknowns, else 10.
  std::int64_t dimensions = 0;
  /// 0: n up to 500 unknowns, to which subspaces grow where convergence is slow; else 2 p, as far as memory of 2 GiB
  /// allows, where subspaces offer nothing more.
  std::int64_t most_dimensions = 0;
  /// The next p is at least rank(S^T H S) + `rank_margin`: subspaces grow until they are larger than the rank of the
  /// Hessian (arXiv 2501.09734, R-ARC-D). 0: they do not; -1: 1 where `krylov` is 0, none otherwise.
  std::int64_t rank_margin = -1;
  /// So many directions of a subspace are g, H g, H^2 g, ..., made orthogonal, in the place of random ones: what makes
  /// conjugate gradients fast. 1: the gradient alone; 0: random directions only, as in RSN; -1: up to seven.
  std::int64_t krylov = -1;
  /// Up to so many are the last steps taken. -1: two where `krylov` is not 0, none otherwise.
  std::int64_t recall = -1;
  /// Converged once ||g(x)|| is at most this part of the largest gradient norm met so far, since that at x0 may vanish,
  /// and
  double gradient_tolerance = 1e-6;
  /// the smallest eigenvalue of H(x) is at least -curvature_tolerance times the largest in magnitude. 1 or more: any.
  double curvature_tolerance = 1e-3;
  std::int64_t iteration_limit = 1000;  ///< subspaces
  std::int64_t product_limit = 0;       ///< products with H, after which no further subspace is drawn; 0: none
  double initial_parameter = 0;         ///< the first radius or sigma, > 0; 0: chosen by x0 and the first model
  std::uint64_t seed = 0;               ///< of the subspaces. Same seed, same bits
  /// Called after each iteration on the calling thread; return false to cancel.
  std::function<bool(const SubspaceNewtonProgress&)> on_iteration = nullptr;
};

/// What the solver did and how good the answer is.
struct SubspaceNewtonReport {
  Status status = Status::accuracy_not_reached;
  std::string message;               ///< one sentence
  double initial_value = 0;          ///< f(x0)
  double value = 0;                  ///< f(x)
  double initial_gradient_norm = 0;  ///< at x0
  double largest_gradient_norm = 0;  ///< of those met: what the tolerance is relative to
  double gradient_norm = 0;          ///< at the x that is returned
  /// The smallest eigenvalue of H(x) as far as it was sought, an upper bound of it; NaN where it was not.
  double smallest_curvature = 0;
  double largest_curvature = 0;  ///< the largest magnitude of an eigenvalue of H(x) that was seen with it; NaN as that
  /// The smallest eigenvalue is no further below `smallest_curvature`: by rounding errors and the asymmetry of the
  /// products where all of H was computed; else with probability 0.999 over the start of Lanczos' iteration.
  double curvature_error = 0;
  /// True if g(x) is small and H(x) has no negative eigenvalue, both to the tolerances.
  bool second_order_stationary = false;
  std::int64_t escapes = 0;  ///< how often a small gradient was left along negative curvature
  std::int64_t iterations = 0;
  std::int64_t dimensions = 0;   ///< p of the last subspace
  std::int64_t products = 0;     ///< of H with a vector, those of the curvature's check included
  std::int64_t evaluations = 0;  ///< of f
  std::int64_t gradients = 0;    ///< whole ones
  double seconds = 0;
  std::vector<SubspaceNewtonIteration> history;

  /// True if x is stationary to the tolerances asked for.
  bool solved() const { return status == Status::converged; }
};

/// The solution and its report.
struct [[nodiscard]] SubspaceNewtonFit : SubspaceNewtonReport {
  std::vector<double> x;  ///< n: the best point found
};

/// The history as a table, a line for each iteration, and the outcome below it.
CROQUIS_API std::string iteration_table(const SubspaceNewtonReport& report);

/// Minimises f: R^n -> R from x0 by steps in one random subspace after another.
///
/// An iteration draws S (n x p), whose columns are random directions, Krylov directions of the gradient and last steps,
/// and takes S^T g and S^T H S. With T such that S T has orthonormal columns, one eigendecomposition
/// T^T (S^T H S) T = U diag(l) U^T gives the minimiser of the model for every sigma or radius:
/// s = -S T U (diag(l) + mu)^-1 U^T T^T S^T g, with mu >= max(0, -l_1) from the secular equation ||s|| = mu / sigma, or
/// ||s|| <= radius. In the hard case, where the gradient has no part along the eigenvector of the smallest l_1 < 0, a
/// part of that makes up the length. Steps that f does not follow are refused and sigma raised, in the same subspace.
///
/// Where the gradient is small, the smallest eigenvalue of H is sought: by all of H for few unknowns, else by Lanczos'
/// iteration as long as the bound of Kuczynski and Wozniakowski (SIAM J. Matrix Anal. Appl. 13 (1992), theorem 4.2)
/// asks for. If it is negative its direction joins the next subspace, so the iteration leaves saddle points.
///
/// With random directions alone a step of `line_search` is that of RSN (Gower, Kovalev, Lieder and Richtarik,
/// arXiv 1905.10874, its relative smoothness by Armijo's condition), and one of `cubic` that of SSCN (Hanzely,
/// Doikov, Richtarik and Nesterov, arXiv 2002.09526) and of R-ARC (Cartis, Shao and Tansley, arXiv 2501.03718 and
/// 2501.09734). In general random subspaces converge linearly at best (arXiv 2209.04170), the more slowly the smaller
/// p / n is; Krylov directions make up for much of that, and p = n is the whole method. Prefer `minimize` for a convex
/// function that is solved to many digits, above all with a square root of the Hessian.
///
/// With `krylov` 0 and an objective that gives `gradient_on_subspace` and `value`, whole gradients are only formed
/// where subspaces as many as n / p have been seen, which together cost as much.
///
/// Statuses: `converged` by the tolerances, or where rounding errors allow no better; `iteration_limit`;
/// `evaluation_limit` for products; `cancelled`; `stalled` where no step lowers f though the gradient is not small, or
/// at a saddle point that rounding errors do not let go; `accuracy_not_reached` where the gradient is small but
/// products are too few or too inexact to tell the curvature; `non_finite_input` where f or g is not finite at x0
/// or at every step tried, or H at x. x is the best point found in every case.
///
/// Cost of an iteration: p products with H (in one block where they are not Krylov directions), 4 n p^2 flops, some
/// 10 p^3 of the eigendecompositions, and an evaluation for each step tried. Memory: 2 n p numbers (n p with
/// `hessian_on_subspace`), and n for each step recalled: S is dense whatever the family, `coordinates` too, since that
/// is how the objective is given it. Of the check of curvature: n products for up to 300 unknowns, else up to some 300
/// for the default tolerance, growing as its inverse root, and O(n) memory. The result does not depend on the number of
/// threads if those of the callables do not.
///
/// Throws `ShapeError` or `InvalidOption` for an objective that is not well formed, an x0 of the wrong length or not
/// finite, and options out of range; what a callable throws goes through.
CROQUIS_API SubspaceNewtonFit minimize_in_subspaces(const Objective& objective, std::span<const double> x0,
                                                    const SubspaceNewtonOptions& options = {});

}  // namespace croquis
