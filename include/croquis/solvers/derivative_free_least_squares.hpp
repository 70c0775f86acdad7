// Nonlinear least squares from residuals alone, where they are expensive or noisy.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/solvers/nonlinear_least_squares.hpp>

namespace croquis {

/// A point at which the residuals are, or are to be, known.
struct InterpolationPoint {
  std::vector<double> x = {};          ///< n
  std::vector<double> residuals = {};  ///< m, as the problem gives them; empty until they are evaluated
  double cost = 0;                     ///< of the residuals
};

/// Where `derivative_free_least_squares` stands, for a further call to go on from: plain numbers, which may be written
/// to a file and read back. Counts are those of all calls since the start.
struct DerivativeFreeState {
  std::vector<InterpolationPoint> points;   ///< that the model interpolates, the best first
  std::vector<InterpolationPoint> planned;  ///< to be evaluated next
  std::int64_t evaluated = 0;               ///< how many of those are
  bool planned_for_noise = false;           ///< whether they are to estimate noise, not to join the set
  std::vector<InterpolationPoint> trial;    ///< at most one: where a step led that is still to be bent
  std::int64_t retries = 0;                 ///< of planned points that were not finite
  std::int64_t missing = 0;                 ///< directions given up until the next step
  bool fresh = false;                       ///< whether all points but the best came together
  std::vector<double> scale;                ///< n: the unit of each unknown
  std::vector<double> gradient;             ///< of the last model, in those units; empty before the first
  std::vector<double> column_norms;         ///< of J, in those units, the largest so far; empty before a whole J
  double column_unit = 0;                   ///< the largest of the first J
  double initial_cost = 0;
  double radius = 0;            ///< of the trust region
  double spacing = 0;           ///< how far from the best point new ones are
  std::int64_t dimensions = 0;  ///< p
  std::uint64_t seed = 0;       ///< of the random directions, and how many were drawn
  std::int64_t draws = 0;
  std::int64_t iterations = 0;
  std::int64_t residual_evaluations = 0;
  std::int64_t failures = 0;           ///< steps in a row that failed
  std::int64_t non_finite = 0;         ///< and for how many, the last of them, r was not finite
  std::int64_t quiet = 0;              ///< subspaces in a row that offer no step
  std::int64_t window_iterations = 0;  ///< by which p is judged, and the cost before them
  double window_cost = 0;
  bool renewing = false;     ///< whether a second search from x0 began: all points but the best go after each step
  InterpolationPoint first;  ///< x0
  std::vector<InterpolationPoint> aside;  ///< at most one: where the first search ended
  std::int64_t watch_evaluations = 0;     ///< by which crawling is judged: evaluations, cost and norm of the gradient
  double watch_cost = 0;                  ///< when one of the latter two halved last
  double watch_gradient = 0;
  double additive_noise = 0;  ///< given or estimated
  double relative_noise = 0;
  bool noise_was_estimated = false;     ///< or tried to be
  bool last_chance = false;             ///< whether a radius that got too short has been widened
  std::int64_t restarts = 0;            ///< for noise
  std::int64_t fruitless_restarts = 0;  ///< of them, the last in a row that did not lower the cost
  double restart_cost = 0;              ///< at the last of them
};

/// Options of `derivative_free_least_squares`. Lengths are relative to the sizes of the unknowns: `typical_x` of the
/// problem, or else |x0_j|, or 1 for an unknown that starts at zero.
struct DerivativeFreeOptions {
  /// p: in how many dimensions steps are sought. The first takes p + 1 evaluations. 0: all unknowns up to 50 of them,
  /// else a tenth, at least 50.
  std::int64_t dimensions = 0;
  bool adaptive = true;  ///< whether p doubles, until it is n, where p steps have not halved the cost
  /// > 0: how far apart the first points are, and how long the first step, along unknowns that matter most.
  double initial_radius = 0.1;
  double final_radius = 1e-8;         ///< > 0: shorter steps are not tried
  std::int64_t evaluation_limit = 0;  ///< of this call, whatever they are for; 0: 500 (n + 1)
  double residual_tolerance = 1e-10;  ///< converged once ||r(x)|| <= residual_tolerance ||r(x0)||
  /// Converged once the model of points close to x offers to lower the cost by no more than this part of it.
  double cost_tolerance = 1e-12;
  /// What is known of errors in residuals: independent, of standard deviation sqrt(additive^2 + (relative r_i)^2). Both
  /// 0: nothing.
  double additive_noise = 0;
  double relative_noise = 0;
  /// Evaluations spent, where noise is unknown, on estimating it once steps keep failing, and once more before giving
  /// up: 0 for none, or at least 4.
  std::int64_t noise_evaluations = 6;
  /// How often in a row points farther apart are tried to no avail, where all that the model sees is noise.
  std::int64_t fruitless_restarts = 2;
  std::uint64_t seed = 0;  ///< of the directions. Same seed, same bits
  /// Called after each step on the calling thread; return false to cancel.
  std::function<bool(const NonlinearProgress&)> on_iteration = nullptr;
};

/// The solution, its report and where to go on from. In the report `gradient_norm`, `orthogonality`, `rank` and
/// `dimensions` are those of the last model, along its directions and in scaled unknowns; NaN or 0 if there was none.
/// History and seconds are those of this call, counts those of all.
struct [[nodiscard]] DerivativeFreeFit : NonlinearFit {
  double radius = 0;          ///< of the trust region at the end
  double noise_level = 0;     ///< of a residual, root of the mean square, given or estimated; 0: not known
  std::int64_t restarts = 0;  ///< with points farther apart, for noise
  DerivativeFreeState state;
};

/// Minimises 1/2 ||r(x)||^2 from x0 by evaluations of r alone, fewer than differences would take: a linear model of r
/// interpolates it at p + 1 points, most of which are kept from step to step.
///
/// r(x + s) = r + J s with J (y_t - x) = r(y_t) - r(x) for the points y_t, x the best of them; the step is
/// argmin ||r + J s|| over the s in the span of the y_t - x within a trust region: ||s|| <= radius in a subspace
/// (p < n), else ||D s|| <= radius with D_j the norm of J's column j beside the largest, at least a tenth, as models of
/// points that all came together show it. The new point takes the place of one whose Lagrange polynomial is large
/// there, or that is far away. Where steps fail, and in a subspace always, another point goes, and one in a random
/// direction, orthogonal to the rest, comes. New points are a fifth of the last step away, or as far as noise wants
/// them. Among all unknowns a step that fails beside a set less than half as large only shortens the next. Source:
/// Cartis and Roberts, Scalable subspace methods for derivative-free nonlinear least-squares optimization, arXiv
/// 2102.12016.
///
/// A step that falls short by three quarters of what the model predicts is bent for the curvature of r that it has
/// shown, to s + w with w = argmin ||r(x + s) + J w||^2 + lambda ||D (s + w)||^2, lambda that of s, where the model
/// then expects half of what it predicted at first: one evaluation more, which leads along bent valleys. Not where
/// bounds are in the way. Source: Transtrum and Sethna, arXiv 1201.5885.
///
/// Where 15 (n + 1) evaluations among all unknowns halve neither the cost nor the gradient, and noise does not keep
/// points farther apart than 1e-6, a second search starts from x0, which renews all points after each step, a
/// thousandth of it away: n + 1 evaluations a step, as differences take. Should it end, or crawl, above where the first
/// one did, that is gone on with, renewing points as well. Histories and `on_iteration` show the lower of the two.
///
/// Weights, losses and bounds are those of `nonlinear_least_squares`. With bounds no point is ever outside them.
///
/// A point that is not finite is a step that failed; one that was to extend the set is tried again on the other side,
/// nearer. Once noise is known, steps whose promise it hides are not tried; points farther apart are, and if they do
/// not help, that is the end.
///
/// Statuses: `converged` where the residual is zero to the tolerance, where a model of points within 1e-6 of x has
/// nothing to offer (with p < n: max(3, 2 n / p) of them in a row, which sees no descent that all their directions
/// miss), or where no step lowers the cost and r is orthogonal to that model's J to the root of `cost_tolerance`;
/// `noise_limited` where noise hides whether x is a solution, which it may be; `evaluation_limit`; `cancelled`;
/// `stalled` where no step lowers the cost though the model says so, or residuals do not change at all;
/// `non_finite_input` where r is not finite at x0, or wherever it is tried around x. x is the best point found in every
/// case, by the cost as it was evaluated: with noise it is partly the luckiest.
///
/// Cost: m p^2 + n p^2 flops a step besides the evaluation or two. Memory: (m + n) p numbers, several times. The points
/// of a new set are evaluated in parallel where the problem allows it. The iterates do not depend on the number of
/// threads. Throws as `nonlinear_least_squares` does; exceptions of callables pass through, and what `on_iteration` saw
/// last was the best x.
CROQUIS_API DerivativeFreeFit derivative_free_least_squares(const NonlinearProblem& problem, std::span<const double> x0,
                                                            const DerivativeFreeOptions& options = {});

/// Goes on from where a call ended, whatever it ended by: two calls of k evaluations do what one of 2 k does, to the
/// bit, if problem and options are the same. Of the options `dimensions` and `seed` are not looked at, and noise only
/// if it is given. Throws `ShapeError` or `InvalidOption` if the state is not one of such a problem.
CROQUIS_API DerivativeFreeFit derivative_free_least_squares(const NonlinearProblem& problem,
                                                            const DerivativeFreeState& state,
                                                            const DerivativeFreeOptions& options = {});

}  // namespace croquis
