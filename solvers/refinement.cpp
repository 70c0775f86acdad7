#include "solvers/refinement.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <type_traits>

#include "linalg/blas.hpp"
#include "solvers/conclude.hpp"
#include "solvers/cost_model.hpp"

namespace croquis {
namespace {

// Two refinement steps reach backward stability (Epperly, Meier, Nakatsukasa); more are allowed to a point that gains
// from them.
constexpr int most_steps = 4;
constexpr double gain = 0.5;
// A copy that is off by more gains too little in a step.
constexpr double most_copy_error = 0.5;
// What an estimate may differ from being in proportion to the gradient, within a step on a copy.
constexpr double far_from_target = 10;
// That of a column of norm one whose entries are normal, or alike in another way.
constexpr double usual_column_error = 4e-10;
// What a step on a copy may gain: the estimate of the copy's error is of the worst direction, and is ten times and more
// what a step is off by.
constexpr double share_of_copy_error = 0.1;
constexpr double unlimited = std::numeric_limits<double>::infinity();
// A preconditioner is given up if ten iterations do not reduce the residual tenfold. Conjugate gradients with an
// embedding of distortion 1/2 gain that in four.
constexpr std::int64_t stall_window = 10;
constexpr double stall_reduction = 0.1;

template <class T>
double largest_norm(MatrixView<const T> s) {
  double largest = 0;
  for (std::int64_t j = 0; j < s.cols; ++j)
    largest = std::max(largest, norm2(s.rows, s.data + j * s.leading_dimension));
  return largest;
}

}  // namespace

template <class T>
Refinement<T>::Refinement(const LeastSquaresProblem<T>& problem, const Factorization<T>& factorization,
                          LeastSquaresReport& report)
    : problem_(problem), f_(factorization), error_(factorization, problem.negligible()), report_(report) {
  const bool pays = shifted_factor_cost(problem.cols()) <= upper_bound_cost(shape_of(problem));
  closeness_ = pays ? Closeness::factor_of_two : Closeness::upper_bound;
}

template <class T>
LeastSquaresPoint<T> Refinement<T>::start(const Matrix<T>& coordinates, double large, Refine refine) {
  LeastSquaresPoint<T> point;
  point.x = Matrix<T>::uninitialized(problem_.cols(), problem_.vectors());
  f_.precondition(coordinates.view(), point.x.view());
  if (refine == Refine::last_errors) croquis::minimize_norm(f_, point.x.view());
  measure(point, large, std::isfinite(large) ? closeness_ : Closeness::factor_of_two);
  return point;
}

template <class T>
void Refinement<T>::measure(LeastSquaresPoint<T>& point, double large, Closeness closeness) {
  croquis::measure(problem_, f_, error_, large, closeness, point, report_);
}

template <class T>
AttemptOutcome Refinement<T>::run(LeastSquaresPoint<T>& point, std::string& reason) {
  const AttemptOutcome outcome = improve(point, reason);
  if (point.worst_backward_error() <= problem_.target()) return AttemptOutcome::solved;
  // What is reported is no looser than promised.
  if (closeness_ != Closeness::factor_of_two)
    estimate_backward_errors(problem_, f_, error_, unlimited, Closeness::factor_of_two, point);
  if (outcome != AttemptOutcome::solved && outcome != AttemptOutcome::rejected) return outcome;
  if (point.worst_backward_error() <= problem_.acceptable()) return AttemptOutcome::solved;
  if (reason.empty()) reason = "the backward error stayed at " + scientific(point.worst_backward_error());
  return AttemptOutcome::rejected;
}

template <class T>
void Refinement<T>::use_fixed_point() {
  const double inverse = f_.condition / f_.largest_singular;
  if (!(usual_column_error * inverse <= most_copy_error)) return;
  try {
    copy_ = problem_.a.in_fixed_point();
  } catch (const std::bad_alloc&) {
    return;  // a matter of speed alone
  }
  ++report_.passes;
  // The norm of (A~ - A) N: the columns' rounding errors have nothing to do with each other.
  double error = 0;
  for (std::int64_t j = 0; j < problem_.cols(); ++j)
    error = std::max(error, copy_->column_errors()[j] * std::abs(static_cast<double>(f_.scale[j])));
  copy_error_ = error * inverse;
  if (!(copy_error_ <= most_copy_error)) copy_.reset();
}

template <class T>
void Refinement<T>::normal_product(MatrixView<const T> x, MatrixView<T> g) const {
  if constexpr (std::is_same_v<T, double>)
    if (copy_) return copy_->normal_product(x.data, g.data);
  problem_.a.normal_product(x, g);
}

// Steps whose products are with the copy, each of which gains what the copy's error leaves to gain, until one gains too
// little: by rounding errors of the gradient, or because the copy is further off than estimated. Whatever the error of
// the point before, it is kept, as after a first step on A.
template <class T>
AttemptOutcome Refinement<T>::improve_on_copy(LeastSquaresPoint<T>& point, std::string& reason) {
  for (;;) {
    const double before = largest_norm<T>(point.s.view());
    const AttemptOutcome outcome = iterate(point, Ends::at_copy_error, reason);
    measure(point, unlimited, closeness_);
    if (point.worst_backward_error() <= problem_.target() || outcome != AttemptOutcome::solved) return outcome;
    if (!(largest_norm<T>(point.s.view()) <= gain * before)) return outcome;
  }
}

// Steps until the error is at the target or no more is to be gained.
template <class T>
AttemptOutcome Refinement<T>::improve(LeastSquaresPoint<T>& point, std::string& reason) {
  if (point.worst_backward_error() <= problem_.target()) return AttemptOutcome::solved;
  int step = 1;
  if (copy_) {
    const AttemptOutcome outcome = improve_on_copy(point, reason);
    copy_.reset();
    if (point.worst_backward_error() <= problem_.target() || outcome != AttemptOutcome::solved) return outcome;
    step = 2;
  }
  for (; step <= most_steps; ++step) {
    const Matrix<T> previous = point.x;
    const double previous_error = point.worst_backward_error();
    const AttemptOutcome outcome = iterate(point, step == 1 ? Ends::at_noise : Ends::at_target, reason);
    measure(point, unlimited, closeness_);
    const double error = point.worst_backward_error();
    // The first step is kept whatever its error: the point before it may owe a small error to the large norm of x
    // that an ill-conditioned sketch gives it, and only the first step brings x near the solution.
    if (step > 1 && !(error <= previous_error)) {
      point.x = previous;
      measure(point, unlimited, closeness_);
    }
    if (error <= problem_.target() || outcome != AttemptOutcome::solved) return outcome;
    if (step > 1 && !(error <= gain * previous_error)) break;
  }
  return AttemptOutcome::solved;
}

template <class T>
AttemptOutcome Refinement<T>::minimize_norm(LeastSquaresPoint<T>& point, std::string& reason) {
  if (f_.null_basis.cols() == 0) return AttemptOutcome::solved;
  croquis::minimize_norm(f_, point.x.view());
  measure(point, unlimited, Closeness::factor_of_two);
  if (point.worst_backward_error() <= problem_.acceptable()) return AttemptOutcome::solved;
  reason = "the minimum-norm solution has backward error " + scientific(point.worst_backward_error());
  return AttemptOutcome::rejected;
}

template <class T>
AttemptOutcome Refinement<T>::round(LeastSquaresPoint<T>& point) {
  Matrix<T> change = point.x;
  if (!round_to_users_units(problem_, point.x.view())) return AttemptOutcome::solved;
  for (std::int64_t i = 0; i < change.rows() * change.cols(); ++i) change.data()[i] -= point.x.data()[i];
  // Of a preview, whose error is no measure of it, the change has to be small.
  bool small = true;
  for (std::int64_t j = 0; j < problem_.vectors(); ++j)
    small = small && f_.of_vector(j).scaled_norm(change.view().block(0, j, problem_.cols(), 1)) <=
                         problem_.acceptable() * point.scaled_norm[j];
  measure(point, unlimited, Closeness::factor_of_two);
  return small || point.worst_backward_error() <= problem_.acceptable() ? AttemptOutcome::solved
                                                                        : AttemptOutcome::solution_out_of_range;
}

// One refinement step: N^T A^T A N dy = s by conjugate gradients, x += N dy.
template <class T>
AttemptOutcome Refinement<T>::iterate(LeastSquaresPoint<T>& point, Ends ends, std::string& reason) {
  const std::int64_t vectors = problem_.vectors();
  const std::int64_t n = problem_.cols();
  Matrix<T> dy = Matrix<T>::uninitialized(f_.coordinates(), vectors);
  Matrix<T> x = Matrix<T>::uninitialized(n, vectors);
  Matrix<T> g = Matrix<T>::uninitialized(n, vectors);
  const auto product = [&](MatrixView<const T> p, MatrixView<T> q) {
    f_.precondition(p, x.view());
    normal_product(x.view(), g.view());
    f_.precondition_transposed(g.view(), q);
    ++report_.passes;
  };
  AttemptOutcome outcome = AttemptOutcome::solved;
  std::int64_t iterations = 0;
  const double start = largest_norm<T>(point.s.view());
  const double start_error = point.worst_backward_error();
  double window_start = start;
  const auto finished = [&](const ConjugateGradientState<T>& state) {
    ++iterations;
    ++report_.iterations;
    // An estimate costs products with the triangle; until the error can be near the target it is as good as in
    // proportion to s.
    const double left = largest_norm<T>(state.s) / start;
    const bool far = ends == Ends::at_copy_error && left * start_error > far_from_target * problem_.target();
    const double error = far ? left * start_error : estimate(point, point.scaled_norm, state.s);
    if (!report_progress(error)) {
      outcome = AttemptOutcome::cancelled;
      return Continue::no;
    }
    if (ends == Ends::at_noise && is_noise(point, state.step_norm)) return Continue::no;
    if (ends == Ends::at_copy_error && left <= share_of_copy_error * copy_error_) return Continue::no;
    // The norm of x has moved since the step began, and a smaller one means a larger error.
    if (error <= problem_.target() && estimate(point, moved_norms(point, state.dy, x), state.s) <= problem_.target())
      return Continue::no;
    if (iterations == problem_.options.iteration_limit) {
      outcome = AttemptOutcome::iteration_limit;
      return Continue::no;
    }
    if (iterations % stall_window == 0) {
      const double now = largest_norm<T>(state.s);
      if (!(now <= stall_reduction * window_start)) {
        reason = "the preconditioned iteration converged too slowly";
        outcome = AttemptOutcome::rejected;
        return Continue::no;
      }
      window_start = now;
    }
    return Continue::yes;
  };
  if (f_.coordinates() > 0) conjugate_gradients<T>(point.s.view(), dy.view(), product, finished);
  f_.precondition(dy.view(), x.view());
  for (std::int64_t i = 0; i < n * vectors; ++i) point.x.data()[i] += x.data()[i];
  return outcome;
}

// The largest backward error if the residuals are s and the norms of the solutions as given.
template <class T>
double Refinement<T>::estimate(const LeastSquaresPoint<T>& point, const std::vector<double>& scaled_norm,
                               MatrixView<const T> s) {
  // Whoever watches the progress is told how far it has come.
  const double large = problem_.options.on_iteration ? unlimited : problem_.target();
  double worst = 0;
  for (std::int64_t j = 0; j < problem_.vectors(); ++j) {
    if (problem_.b_norm[j] == 0) continue;
    const double error = error_.estimate(j, s.data + j * s.leading_dimension, point.residual_norm[j], scaled_norm[j],
                                         problem_.b_norm[j], large, closeness_);
    worst = std::max(worst, error);
  }
  return worst;
}

// || D^-1 (x + N dy) ||, column by column.
template <class T>
std::vector<double> Refinement<T>::moved_norms(const LeastSquaresPoint<T>& point, MatrixView<const T> dy,
                                               Matrix<T>& workspace) const {
  f_.precondition(dy, workspace.view());
  std::vector<double> norms;
  for (std::int64_t j = 0; j < problem_.vectors(); ++j) {
    for (std::int64_t i = 0; i < problem_.cols(); ++i) workspace(i, j) += point.x(i, j);
    norms.push_back(f_.of_vector(j).scaled_norm(workspace.view().block(0, j, problem_.cols(), 1)));
  }
  return norms;
}

// True if the last changes of dy are rounding errors of the first step: FOSSILS, section 3.2.
template <class T>
bool Refinement<T>::is_noise(const LeastSquaresPoint<T>& point, const double* step_norm) const {
  const double roundoff = static_cast<double>(std::numeric_limits<T>::epsilon()) / 2;
  for (std::int64_t j = 0; j < problem_.vectors(); ++j) {
    const Factorization<T>& f = f_.of_vector(j);
    const double noise =
        10 * roundoff * (f.largest_singular * point.scaled_norm[j] + 0.04 * f.condition * point.residual_norm[j]);
    if (problem_.b_norm[j] > 0 && !(step_norm[j] <= noise)) return false;
  }
  return true;
}

template <class T>
bool Refinement<T>::report_progress(double backward_error) const {
  if (!problem_.options.on_iteration) return true;
  return problem_.options.on_iteration({report_.iterations, report_.passes, backward_error, problem_.clock.seconds()});
}

template <class T>
Attempt<T> attempt_from(const LeastSquaresProblem<T>& problem, const Factorization<T>& factorization,
                        const Matrix<T>& coordinates, Refine refine, LeastSquaresReport& report, Products products) {
  const Stopwatch clock;
  Attempt<T> attempt;
  attempt.rank = factorization.rank;
  attempt.rcond = factorization.rcond;
  attempt.condition = factorization.condition;
  Refinement<T> refinement(problem, factorization, report);
  const double large = refine == Refine::never             ? unlimited
                       : refine == Refine::if_unacceptable ? problem.acceptable()
                                                           : problem.target();
  attempt.point = refinement.start(coordinates, large, refine);
  const std::int64_t iterations = report.iterations;
  attempt.outcome = AttemptOutcome::solved;
  const bool good = refine == Refine::if_unacceptable && attempt.point.worst_backward_error() <= problem.acceptable();
  if (refine != Refine::never) {
    if (products == Products::in_fixed_point && attempt.point.worst_backward_error() > problem.target())
      refinement.use_fixed_point();
    if (!good) attempt.outcome = refinement.run(attempt.point, attempt.reason);
    const bool minimal = refine == Refine::last_errors && report.iterations == iterations;
    if (attempt.outcome == AttemptOutcome::solved && !minimal)
      attempt.outcome = refinement.minimize_norm(attempt.point, attempt.reason);
  }
  if (attempt.outcome == AttemptOutcome::solved) attempt.outcome = refinement.round(attempt.point);
  report.seconds.iterate += clock.seconds();
  return attempt;
}

#define CROQUIS_INSTANTIATE(T)                                                                                  \
  template Attempt<T> attempt_from<T>(const LeastSquaresProblem<T>&, const Factorization<T>&, const Matrix<T>&, \
                                      Refine, LeastSquaresReport&, Products);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

template class Refinement<float>;
template class Refinement<double>;

}  // namespace croquis
