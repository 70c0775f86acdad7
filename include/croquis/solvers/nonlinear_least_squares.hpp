// Nonlinear least squares: min 1/2 ||r(x)||^2.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/matrix.hpp>
#include <croquis/solvers/nonlinear_problem.hpp>
#include <croquis/solvers/status.hpp>

namespace croquis {

/// What keeps a step where the linear model of the residuals can be trusted.
enum class NonlinearGlobalization {
  trust_region,              ///< minimises the model within a radius
  quadratic_regularization,  ///< adds sigma / 2 ||step||^2 to the model
  cubic_regularization       ///< adds sigma / 3 ||step||^3 to the model
};

/// "trust-region", "quadratic-regularization" or "cubic-regularization".
CROQUIS_API std::string to_string(NonlinearGlobalization globalization);

/// Where steps are sought.
enum class NonlinearMethod {
  automatic,  ///< `full` for up to 100 unknowns, or where the problem gives J whole and no products with it; else
              ///< `hybrid`, as it is if `subspace.dimensions` is given
  full,       ///< among all unknowns: Levenberg-Marquardt
  subspace,   ///< in random subspaces: R-SGN
  hybrid      ///< in random subspaces while they pay, among all unknowns then
};

/// "automatic", "full", "subspace" or "hybrid".
CROQUIS_API std::string to_string(NonlinearMethod method);

/// The random subspaces of R^n.
enum class SubspaceFamily {
  gaussian,          ///< independent normal entries
  hashing,           ///< each unknown in `nonzeros` of the directions, with random signs
  coordinates,       ///< some of the unknowns
  block_coordinates  ///< some consecutive unknowns, the first behind the last
};

/// "gaussian", "hashing", "coordinates" or "block-coordinates".
CROQUIS_API std::string to_string(SubspaceFamily family);

/// Options of the random subspaces in which `nonlinear_least_squares` seeks steps.
struct SubspaceOptions {
  std::int64_t dimensions = 0;  ///< p, of the first subspace (`subspace`: of all); 0: a twentieth of n, at least five
  std::int64_t most_dimensions = 0;  ///< 0: what J V and V have room for in 2 GiB. Below n, J is never needed whole
  SubspaceFamily family = SubspaceFamily::gaussian;
  std::int64_t nonzeros = 3;  ///< of `hashing`
  /// In [0, 1): a subspace is extended, `growth` directions at a time, until its model promises to lower the cost by at
  /// least this part. 0: it is not.
  double promised_decrease = 0;
  std::int64_t growth = 5;
  /// So many of the directions span the Krylov space of J^T r, J^T J J^T r, ..., made orthonormal: where unknowns act
  /// together smoothly, as many steps of conjugate gradients at once. What one costs depends on what gives J^T U:
  /// - `jacobian_transposed_times`: a column more than a random direction;
  /// - `jacobian` or `sparse_jacobian` without `jacobian_times`: nothing, J is made whole at each point in any case;
  /// - either of them beside `jacobian_times`: n columns for J whole, once at each point;
  /// - `jacobian_rows`: a pass over J, which is n columns, and another for J V unless there is `jacobian_times`.
  /// -1: half of the subspace, at least one, in the first two cases (without passes over rows), else none; and until
  /// four steps have failed to halve the cost, no random directions beside them but the last steps taken. 0: none, not
  /// even J^T r itself. Where all that is known of J is J V or differences there are none, whatever is asked for.
  std::int64_t krylov = -1;
  /// Up to so many of the last steps taken join too, in the place of random directions, unless they all but depend on
  /// the others. -1: a quarter of the subspace where a Krylov space joins, up to half of it where no random directions
  /// do, none otherwise. Where random directions join, there is one at least.
  std::int64_t recall = -1;
};

/// One iteration of `nonlinear_least_squares`: a step that was tried. Numbers count from the start of the solve.
struct NonlinearIteration {
  std::int64_t iteration = 0;
  bool accepted = false;
  double cost = 0;           ///< 1/2 ||r||^2 after the iteration
  double cost_change = 0;    ///< by how much the cost would fall, or fell: negative where it rises, NaN where it is NaN
  double gradient_norm = 0;  ///< ||J^T r|| where the step began; estimated from J V for a subspace
  double step_norm = 0;      ///< length of the step in x
  double ratio = 0;          ///< cost_change over what the model predicted; as NaN as that
  double radius = 0;  ///< of the trust region, in scaled unknowns, or sigma of a regularization: before the iteration
  std::int64_t dimensions = 0;  ///< of the space the step was sought in
  std::int64_t residual_evaluations = 0;
  std::int64_t jacobian_columns = 0;
  double seconds = 0;
};

/// What a callback is shown: an iteration, and the best x so far, which is only valid during the call.
struct NonlinearProgress : NonlinearIteration {
  std::span<const double> x;
};

/// Options of `nonlinear_least_squares`; the defaults solve as accurately as rounding errors allow.
struct NonlinearOptions {
  NonlinearMethod method = NonlinearMethod::automatic;
  SubspaceOptions subspace = {};
  NonlinearGlobalization globalization = NonlinearGlobalization::trust_region;
  /// Converged once |J_j^T r| <= gradient_tolerance ||J_j|| ||r|| for every column: r is orthogonal to them.
  double gradient_tolerance = 1e-12;
  /// Converged once a step changes each unknown by at most this, relatively, though neither trust nor failures
  /// shortened it.
  double step_tolerance = 1e-12;
  /// Converged once ||r(x)|| <= residual_tolerance ||r(x0)||, for which a poor x0 calls too soon: 0 asks for zeros.
  double residual_tolerance = 0;
  std::int64_t iteration_limit = 1000;  ///< steps tried
  /// Evaluations of r, those of differences included, and columns of Jacobians; 0: no limit. Neither is ever passed.
  std::int64_t evaluation_limit = 0;
  std::int64_t jacobian_column_limit = 0;
  /// d / n >= 1 for the plain row-sketched method, 1.2 as published; 0: not sketched. See below.
  double observation_rows = 0;
  double initial_radius = 0;  ///< or initial sigma, > 0; 0: chosen by x0 and the gradient
  std::uint64_t seed = 0;     ///< of sketches and subspaces. Same seed, same bits
  /// Called after each iteration on the calling thread; return false to cancel.
  std::function<bool(const NonlinearProgress&)> on_iteration = nullptr;
};

/// What `nonlinear_least_squares` did and how good the answer is.
struct NonlinearReport {
  Status status = Status::accuracy_not_reached;
  std::string message;       ///< one sentence
  double initial_cost = 0;   ///< 1/2 ||r(x0)||^2, or what weights and loss make of it
  double cost = 0;           ///< of x
  double gradient_norm = 0;  ///< ||J^T r|| at x; NaN, as is `orthogonality`, where a limit left no Jacobian for it
  double orthogonality = 0;  ///< largest |J_j^T r| / (||J_j|| ||r||) over the columns, at x; 0 where r is zero
  std::int64_t rank = 0;     ///< numerical rank of J at x, its columns scaled
  /// Of the last space: the unknowns not held at bounds, or p of a subspace, where `gradient_norm` is an estimate, and
  /// J V stands for J in the two after it.
  std::int64_t dimensions = 0;
  std::int64_t iterations = 0;
  std::int64_t residual_evaluations = 0;
  std::int64_t jacobian_columns = 0;
  double seconds = 0;
  std::vector<NonlinearIteration> history;

  /// True if x is a stationary point to the tolerances asked for.
  bool solved() const { return status == Status::converged; }
};

/// The solution and its report.
struct [[nodiscard]] NonlinearFit : NonlinearReport {
  std::vector<double> x;          ///< n: the best point found
  std::vector<double> residuals;  ///< m: r(x)
};

/// The history as a table, a line for each iteration, and the outcome below it.
CROQUIS_API std::string iteration_table(const NonlinearReport& report);

/// Minimises 1/2 ||r(x)||^2 from x0 by the Levenberg-Marquardt method, among all unknowns or in random subspaces:
/// Gauss-Newton steps
/// argmin ||J s + r||^2 + lambda ||D s||^2, D the largest norms so far of J's columns, with lambda such that the step
/// stays in a trust region (or as a regularization asks).
///
/// Each Jacobian is reduced to R and Q^T r, from which the steps of all lambda come. Where it has many more rows than
/// columns, R is the Cholesky factor of J^T J if J's condition number allows that for the accuracy that the step needs:
/// loose where r is far from orthogonal to J, 1e-10 in the end. Else it comes by preconditioned Cholesky QR, with the R
/// of the Jacobian before as preconditioner while it serves (the condition number of J R^-1 says so) and that of a
/// sketch otherwise, which does not square the condition number. Other shapes take Householder QR. A `sparse_jacobian`
/// of 500 unknowns or more stays sparse where SuiteSparse is there: a sparse QR of [J; sqrt(lambda) D] for each lambda.
/// Rows from `jacobian_rows` are made 64 MiB at a time, for each such pass anew. Sources: More, The Levenberg-Marquardt
/// algorithm: implementation and theory, 1978; Garrison and Ipsen, arXiv 2406.11751; Dembo, Eisenstat and Steihaug,
/// SIAM J. Numer. Anal. 19 (1982).
///
/// A step that falls short by three quarters of what the model predicts is bent for the curvature of r that the trial
/// has shown, which costs a residual, where J is in memory and there are no bounds. Source: Transtrum and Sethna, arXiv
/// 1201.5885.
///
/// Weights scale the rows of r and J, and so does a loss, by the root of its slope (iteratively reweighted least
/// squares): `gradient_norm` and `orthogonality` are those of the scaled rows, whose gradient is the cost's own.
///
/// With bounds, unknowns at a bound that descent would drive across it are held; the steps of the others are clipped to
/// the box. `gradient_norm` and `orthogonality` then are those of the unknowns that are free.
///
/// In a random subspace, the span of the p columns of V, steps are V y with y of the same model with J V for J and D =
/// I: p products with J, and never J, unless J whole is all that the problem gives. Directions are drawn anew after
/// each step taken, in units of `typical_x` (else, where entries of x0 are further apart than 1e4 in size, of those).
/// Where J^T u is cheap (see `SubspaceOptions::krylov`), half of them span the Krylov space of the gradient and a
/// quarter are past steps; the random ones stay away until four steps have not halved the cost, because they leave a
/// symmetry or smoothness of x0 that leads to a root beside many other minima. Without J^T, convergence is linear at
/// best, and slow where unknowns act together smoothly. Before `converged` is said of subspaces, all columns of J are
/// seen once, 64 at a time; if one of them offers descent, its norms become the units, and the solve goes on.
///
/// A hybrid doubles p where four steps have not halved the cost, and turns to all unknowns once p exceeds n / 2. If 25
/// steps there in a row halve neither the cost nor the gradient, subspaces have led into a valley: all unknowns are
/// tried from x0 too, once, and the better of the two is gone on with. So a hybrid solves what `full` does. Sources:
/// Cartis, Fowkes and Shao, arXiv 2211.05727 and 2211.09873.
///
/// With `observation_rows`, each model is one of S J and S r (d x n and d), S a sparse-sign sketch drawn anew for each
/// point and after three failures at one: 2 d n^2 flops in the place of 2 m n^2. Limits: the gradient of the sketched
/// model is off by some sqrt(n / d) of ||r||, so only residuals that vanish at the solution are solved for accurately.
/// Others come near the minimum until no sketch in ten lowers the cost, which is `accuracy_not_reached`: a start for a
/// solve without. `gradient_norm` and `orthogonality` are those of the sketched model. Source: Cartis, Fiala and Shao,
/// arXiv 2105.11815, section 5, for the sketch; J itself is made whole, or by rows, all the same.
///
/// The first step among all unknowns is halved as long as the model is wrong about it by half and that lowers the cost
/// further: a residual each time, and the nearer of several minima is found.
///
/// A step is taken where the cost falls by at least a hundredth of what the model predicts. Near the minimum, where
/// the fall is lost in rounding errors, a step is taken where it shrinks the gradient. A trial point with a NaN or an
/// infinity in r or J is a step that failed. A rank-deficient J gives steps of nearly least norm (in scaled unknowns).
///
/// Limits are kept exactly. A model that cannot be paid for is not begun: the solve goes on with the one in hand, and
/// ends with the first step that would need another, at the better of its two ends. J counts n columns however it
/// comes, whole or by rows, and by rows for each pass over them; of several passes none is made that would leave too
/// few for Householder QR, which takes one. Only differences whose steps have to be sought may break off before J is
/// whole.
///
/// Squares of residuals may be beyond what numbers can hold: the solve is that of the residuals times a power of two,
/// by which they and their cost at x0 are well within, and steps are the same. Costs and gradients are reported in the
/// user's units, and overflow or vanish there.
///
/// Statuses: `converged` by one of the three tolerances, or where rounding errors allow no better (in subspaces: as
/// seen in max(3, 2 n / p) of them in a row); `iteration_limit`, `evaluation_limit` (or of Jacobian columns),
/// `cancelled`; `accuracy_not_reached` with sketched observations, of residuals that fall by more than 160 orders of
/// magnitude without vanishing, and where entries of J have lost digits to underflow; `stalled`
/// where no step, however short, lowers the cost and x is not stationary, as with a wrong Jacobian; `non_finite_input`
/// where r or J is not finite at x0, or at every step tried from x. x is the best point found in every case.
///
/// Cost: for each accepted step a Jacobian and m n^2 to 2 m n^2 flops (more where a sketch is needed), for each trial a
/// residual, and O(n^3) for each lambda, of which there are one to three. Memory: J, as many numbers again where m is
/// not much larger than n, and O(n^2 + m). In subspaces p stands for n, and memory is O((m + n) p).
///
/// The iterates do not depend on the number of threads, if the callables' results do not. Throws `ShapeError` if x0 or
/// something returned by a callable has the wrong length, `InvalidOption` for an option out of range or an x0 that is
/// not finite or out of bounds; exceptions of callables pass through.
CROQUIS_API NonlinearFit nonlinear_least_squares(const NonlinearProblem& problem, std::span<const double> x0,
                                                 const NonlinearOptions& options = {});

/// How well a nonlinear fit determines its unknowns.
struct [[nodiscard]] NonlinearStatistics {
  std::int64_t degrees_of_freedom = 0;  ///< m - n, m without rows whose weight is zero
  double residual_standard_error = 0;   ///< s = sqrt(||r||^2 / (m - n)), of weighted r
  std::vector<double> standard_errors;  ///< of the unknowns: sqrt of the covariance's diagonal
  std::vector<double> t_values;         ///< unknown / standard error
  std::vector<double> p_values;  ///< two-sided, of Student's t: the probability of a |t| as large if x_j were zero
  Matrix<double> covariance;     ///< s^2 (J^T J)^-1, n x n
};

/// The statistics of a model fitted at x, a solution: to first order, for independent errors of equal variance or, with
/// weights w, of variances proportional to 1 / w. A robust loss is one more weight there, its slope at the residual,
/// which is taken for certain: errors are then somewhat larger than the standard errors say.
///
/// Bounds are ignored. From the R of J = Q R, which loses no digits to J^T J. Where m <= n or J is numerically rank
/// deficient they are NaN. Cost: a Jacobian, 2 m n^2 + n^3 flops. Throws as `nonlinear_least_squares` does.
CROQUIS_API NonlinearStatistics nonlinear_statistics(const NonlinearProblem& problem, std::span<const double> x);

}  // namespace croquis
