// Smooth minimisation with curvature: Newton's method with preconditioned conjugate gradients.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/solvers/objective.hpp>
#include <croquis/solvers/status.hpp>

namespace croquis {

/// What preconditions the Newton equations where a square root of the Hessian is known.
enum class NewtonPreconditioner {
  automatic,  ///< the cheapest of the others for the shape of A
  gram,       ///< the Cholesky factor of A^T D A + mu I itself, at some iterate
  sketch,     ///< the triangular factor of a sketch of D^1/2 A, with mu
  low_rank,   ///< mu I and a sketch of D^1/2 A of fewer rows than columns: where the eigenvalues above mu are few
  diagonal,   ///< the diagonal of A^T D A + mu I: where there is no room for n x n numbers
  none        ///< plain conjugate gradients
};

/// "automatic", "gram", "sketch", "low_rank", "diagonal" or "none".
CROQUIS_API std::string to_string(NewtonPreconditioner preconditioner);

/// One iteration: a step that was taken. Numbers count from the start of the solve.
struct NewtonIteration {
  std::int64_t iteration = 0;
  double value = 0;                 ///< f after the step
  double gradient_norm = 0;         ///< after the step
  double step_norm = 0;             ///< length of the step in x
  double step_length = 0;           ///< the part of the Newton step that was taken: 1 where Newton's method converges,
                                    ///< more where `huber` and `smoothed_hinge` models are straight
  double decrement = 0;             ///< -g^T s where the step s began: about 2 (f - f*)
  std::int64_t products = 0;        ///< products with the Hessian
  std::int64_t evaluations = 0;     ///< of value and gradient
  double passes = 0;                ///< times the data have been read, as far as the solver knows
  bool new_preconditioner = false;  ///< one was made for this step
  double seconds = 0;
};

/// What a callback is shown: an iteration, and x, which is only valid during the call.
struct NewtonProgress : NewtonIteration {
  std::span<const double> x;
};

/// Options of `minimize` and of the models it fits.
struct NewtonOptions {
  /// Converged once ||g(x)|| <= gradient_tolerance ||g(x0)||, x0 being zero for a model, and
  double gradient_tolerance = 1e-8;
  /// f(x) - f* <= value_tolerance (|f(x)| + |f(x0) - f(x)|), as far as the preconditioner can tell; with `diagonal` it
  /// can not, though the same is asked of its norm, and without one the gradient alone counts.
  double value_tolerance = 1e-12;
  std::int64_t iteration_limit = 200;
  std::int64_t products_per_step = 1000;  ///< at most so many for one step, which is then the best found
  NewtonPreconditioner preconditioner = NewtonPreconditioner::automatic;
  std::int64_t sketch_rows = 0;  ///< of a sketched preconditioner, or one of low rank; 0: chosen
  std::uint64_t seed = 0;        ///< of the sketches. Same seed, same bits
  /// Called after each iteration on the calling thread; return false to cancel.
  std::function<bool(const NewtonProgress&)> on_iteration = nullptr;
};

/// What the solver did and how good the answer is.
struct NewtonReport {
  Status status = Status::accuracy_not_reached;
  std::string message;               ///< one sentence
  double initial_value = 0;          ///< f(x0)
  double value = 0;                  ///< f(x), evaluated at the x that is returned
  double initial_gradient_norm = 0;  ///< what the tolerance is relative to
  double gradient_norm = 0;          ///< at the x that is returned
  /// Of f(x) - f*, g^T M^-1 g / 2 for a preconditioner M near the Hessian; NaN without one and with `diagonal`, which
  /// knows nothing of directions that several unknowns make together.
  double error_estimate = 0;
  std::int64_t iterations = 0;
  std::int64_t products = 0;
  std::int64_t evaluations = 0;
  double passes = 0;                 ///< times the data were read, as far as the solver knows
  std::int64_t preconditioners = 0;  ///< how many were made
  NewtonPreconditioner preconditioner = NewtonPreconditioner::none;
  double seconds = 0;
  std::vector<NewtonIteration> history;

  /// True if x is a minimiser (or, of a function that is not convex, a stationary point) to the tolerances asked for.
  bool solved() const { return status == Status::converged; }
};

/// The solution and its report.
struct [[nodiscard]] NewtonFit : NewtonReport {
  std::vector<double> x;  ///< n: the best point found
};

/// The history as a table, a line for each iteration, and the outcome below it.
CROQUIS_API std::string iteration_table(const NewtonReport& report);

/// Minimises f from x0 by Newton's method: H(x) s = -g(x) by conjugate gradients, and x+ = x + t s with the first
/// t = 1, ... that satisfies Armijo's condition f(x + t s) <= f(x) + 1e-4 t g^T s.
///
/// The equations are solved as accurately as the convergence so far deserves (Eisenstat and Walker 1996, choice 2), so
/// steps are Newton's near the minimiser. With a square root of the Hessian the iteration is preconditioned by the
/// triangular factor of a sketch S D^1/2 A, with the ridge below it, or by a Cholesky factor, made anew where the
/// iterations that the old one costs are worth a new one: products with the exact Hessian keep the method Newton's
/// (Pilanci and Wainwright, arXiv 1505.02250, sketch the Hessian itself). Where f is not convex, conjugate gradients
/// stop at the first direction of negative curvature and the step so far is taken (Nocedal and Wright, algorithm 7.1).
///
/// Where n is so large that both are costly, the preconditioner begins with a sketch of d = n / 16 rows beside mu I.
/// That is enough if the effective dimension, the sum of lambda / (lambda + mu) over the eigenvalues of A^T D A, is a
/// few times smaller; d is doubled at once if the sketch shows that it is not. Once the products that a step has taken
/// beyond one for each halving of its residual cost as much as a sketch of 2 d rows, that is made, and the step goes on
/// with it (after Lacotte and Pilanci, arXiv 2006.05874). From n / 2 on the dense triangle is. Where mu = 0, or lost in
/// rounding errors beside the largest eigenvalue, `low_rank` is `diagonal`.
///
/// Near the minimiser, where the fall of f is lost in rounding errors, a step is taken that shrinks the gradient. How
/// large these errors are is measured where no step is found, by two evaluations at points that differ from x in its
/// last digits alone.
///
/// Statuses: `converged` by the tolerances (the message says where by the gradient alone: of unknowns that nearly
/// depend on each other, without a ridge, f may then be far from its minimum), or where rounding errors allow no
/// better, and the message then says so; `noise_limited` where these are above a thousandth of |f(x)| + |f(x0) - f(x)|;
/// `iteration_limit`, `cancelled`; `stalled` where no step lowers f though the gradient is not small, as with a wrong
/// gradient; `non_finite_input` where f or g is not finite at x0. x is the best point found in every case.
///
/// Cost: an evaluation for each step tried, and a product with H for each iteration inside. Memory: O(n), and n^2 with
/// a dense preconditioner. The result does not depend on the number of threads if those of the callables do not.
///
/// Throws `ShapeError` or `InvalidOption` for an objective that is not well formed, an x0 of the wrong length or not
/// finite, and options out of range.
CROQUIS_API NewtonFit minimize(const Objective& objective, std::span<const double> x0,
                               const NewtonOptions& options = {});

}  // namespace croquis
