#include <croquis/solvers/nonlinear_least_squares.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "linalg/blas.hpp"
#include "solvers/conclude.hpp"
#include "solvers/least_squares_problem.hpp"
#include "solvers/nonlinear/globalization.hpp"
#include "solvers/nonlinear/linearization.hpp"
#include "solvers/nonlinear/nonlinear_options.hpp"

namespace croquis {
namespace {

constexpr double roundoff = std::numeric_limits<double>::epsilon();
constexpr double least_ratio = 0.01;  // of actual to expected decrease, for a step to be taken
// Failures in a row. A radius that is halved so often was not too large: the model does not describe the residuals.
constexpr std::int64_t telling_failures = 20;
constexpr std::int64_t most_failures = 100;
// Where the cost is lost in rounding errors, steps go on as long as they shrink the gradient by this factor, or fail to
// only a few times; a ratio that neither shortens nor lengthens them.
constexpr double shrinking = 0.9;
constexpr std::int64_t noisy_failures = 3;
constexpr double neutral_ratio = 0.5;
constexpr double initial_radius_factor = 0.1;  // times ||D x0||

struct Outcome {
  Status status;
  std::string message;
};

class Solver {
 public:
  Solver(const NonlinearProblem& problem, std::span<const double> x0, const NonlinearOptions& options)
      : problem_(problem), options_(options), residual_(problem), source_(problem, residual_), reducer_(options.seed) {
    point_ = evaluate_at(residual_, {x0.begin(), x0.end()}, problem.residuals);
    report_.initial_cost = point_.cost;
    initial_norm_ = point_.residual_norm();
  }

  NonlinearFit run() {
    std::optional<Outcome> outcome = start();
    while (!outcome && !(outcome = stop())) outcome = iterate();
    return finish(*outcome);
  }

 private:
  // J at x0.
  std::optional<Outcome> start() {
    if (!std::isfinite(point_.cost))
      return Outcome{Status::non_finite_input, "r holds a NaN or an infinity at x0" + first_non_finite()};
    linear_ = linearize(source_, reducer_, point_, {});
    if (!linear_) return Outcome{Status::non_finite_input, "J holds a NaN or an infinity at x0"};
    globalization_ = make_globalization(options_.globalization, initial_parameter());
    return std::nullopt;
  }

  std::string first_non_finite() const {
    for (std::size_t i = 0; i < point_.r.size(); ++i)
      if (!std::isfinite(point_.r[i])) return ", first in entry " + std::to_string(i);
    return ": its norm overflows";
  }

  double initial_parameter() const {
    if (options_.initial_radius > 0) return options_.initial_radius;
    if (options_.globalization == NonlinearGlobalization::trust_region) {
      const double norm = linear_->scaled_norm(point_.x);
      return norm > 0 ? initial_radius_factor * norm : 1;
    }
    const double norm = linear_->steps.gradient_norm();
    return norm > 0 ? norm / 10 : 1;
  }

  // What ends the solve before another step.
  std::optional<Outcome> stop() const {
    if (point_.residual_norm() <= options_.residual_tolerance * initial_norm_)
      return Outcome{Status::converged,
                     "the residual is zero to " + scientific(options_.residual_tolerance) + " of that at x0"};
    if (linear_->orthogonality <= options_.gradient_tolerance)
      return Outcome{Status::converged,
                     "the residual is orthogonal to J's columns, to " + scientific(linear_->orthogonality)};
    if (converged_) return converged_;
    if (report_.iterations >= options_.iteration_limit)
      return Outcome{Status::iteration_limit, "stopped after " + std::to_string(report_.iterations) + " iterations"};
    if (options_.evaluation_limit > 0 && residual_.evaluations() >= options_.evaluation_limit)
      return Outcome{Status::evaluation_limit,
                     "stopped after " + std::to_string(residual_.evaluations()) + " evaluations of the residual"};
    if (options_.jacobian_column_limit > 0 && source_.columns() >= options_.jacobian_column_limit)
      return Outcome{Status::evaluation_limit,
                     "stopped after " + std::to_string(source_.columns()) + " columns of Jacobians"};
    if (failures_ >= most_failures) return hopeless();
    return std::nullopt;
  }

  // Whether there were failures since the last step taken, and all for want of numbers.
  bool met_only_non_finite() const { return failures_ > 0 && only_non_finite_; }

  Outcome hopeless() const {
    if (met_only_non_finite())
      return {Status::non_finite_input, "r or J holds a NaN or an infinity at every step tried from x"};
    return {Status::stalled, "no step from x lowers the cost, however short, and x is not stationary: J may be wrong"};
  }

  // One step: tried, judged, taken or not.
  std::optional<Outcome> iterate() {
    const DampedStep step = globalization_->step(linear_->steps);
    const double x_norm = linear_->scaled_norm(point_.x);
    const double expected = globalization_->expected_decrease(step);
    // Below this, rounding x alone changes the cost as much.
    const double noise = 4 * roundoff * (point_.residual_norm() * x_norm + point_.cost);
    const bool is_noise = expected <= noise;
    const bool is_small = step.norm <= options_.step_tolerance * x_norm;
    if ((is_noise || is_small) && (failures_ >= telling_failures || met_only_non_finite())) return hopeless();

    std::vector<double> x = linear_->step_in_x(step.z);
    const double step_norm = norm2(static_cast<std::int64_t>(x.size()), x.data());
    for (std::size_t j = 0; j < x.size(); ++j) x[j] += point_.x[j];
    ResidualPoint trial = evaluate_at(residual_, std::move(x), problem_.residuals);
    const double change = point_.cost - trial.cost;
    const double ratio = std::isfinite(trial.cost) ? change / expected : std::numeric_limits<double>::quiet_NaN();

    NonlinearIteration record{.cost_change = std::isfinite(trial.cost) ? change : ratio,
                              .gradient_norm = linear_->gradient_norm(),
                              .step_norm = step_norm,
                              .ratio = ratio,
                              .radius = globalization_->parameter(),
                              .dimensions = linear_->model.cols()};
    // Where the cost tells no more, the gradient does.
    const bool worth_a_jacobian = is_noise ? std::abs(change) <= 4 * noise : ratio >= least_ratio;
    std::optional<Linearization> next;
    if (worth_a_jacobian) next = linearize(source_, reducer_, trial, linear_->steps.scale());
    record.accepted =
        next && (!is_noise || next->gradient_in(linear_->steps.scale()) <= shrinking * linear_->steps.gradient_norm());
    double learned = worth_a_jacobian && !next ? std::numeric_limits<double>::quiet_NaN() : ratio;
    if (is_noise) learned = record.accepted ? neutral_ratio : 0;
    globalization_->update(learned, step);
    if (record.accepted) {
      point_ = std::move(trial);
      linear_ = std::move(next);
      failures_ = 0;
      only_non_finite_ = true;
    } else {
      ++failures_;
      only_non_finite_ = only_non_finite_ && !std::isfinite(learned);
      if (is_noise && failures_ >= noisy_failures)
        converged_ = Outcome{Status::converged, "the cost cannot fall by more than its rounding errors"};
    }
    if (is_small)
      converged_ =
          Outcome{Status::converged, "the last step changed x by " + scientific(step.norm / x_norm) + " of it"};
    return log(record);
  }

  std::optional<Outcome> log(NonlinearIteration record) {
    record.iteration = ++report_.iterations;
    record.cost = point_.cost;
    record.residual_evaluations = residual_.evaluations();
    record.jacobian_columns = source_.columns();
    record.seconds = clock_.seconds();
    report_.history.push_back(record);
    if (!options_.on_iteration) return std::nullopt;
    NonlinearProgress progress;
    static_cast<NonlinearIteration&>(progress) = record;
    progress.x = point_.x;
    if (options_.on_iteration(progress)) return std::nullopt;
    return Outcome{Status::cancelled, "cancelled by the callback"};
  }

  NonlinearFit finish(const Outcome& outcome) {
    NonlinearFit fit;
    static_cast<NonlinearReport&>(fit) = std::move(report_);
    fit.status = outcome.status;
    fit.message = (fit.solved() ? "solved: " : "not solved: ") + outcome.message;
    fit.cost = point_.cost;
    if (linear_) {
      fit.gradient_norm = linear_->gradient_norm();
      fit.orthogonality = linear_->orthogonality;
      fit.rank = linear_->steps.rank();
      if (fit.solved() && fit.rank < problem_.unknowns)
        fit.message += "; J has rank " + std::to_string(fit.rank) + " of " + std::to_string(problem_.unknowns);
    } else {
      fit.gradient_norm = fit.orthogonality = std::numeric_limits<double>::quiet_NaN();
    }
    fit.residual_evaluations = residual_.evaluations();
    fit.jacobian_columns = source_.columns();
    fit.seconds = clock_.seconds();
    fit.x = std::move(point_.x);
    fit.residuals = std::move(point_.r);
    return fit;
  }

  const NonlinearProblem& problem_;
  const NonlinearOptions& options_;
  Stopwatch clock_;
  ResidualFunction residual_;
  JacobianSource source_;
  ModelReducer reducer_;
  ResidualPoint point_;
  std::optional<Linearization> linear_;
  std::unique_ptr<Globalization> globalization_;
  NonlinearReport report_;
  std::optional<Outcome> converged_;
  double initial_norm_ = 0;
  std::int64_t failures_ = 0;
  bool only_non_finite_ = true;
};

}  // namespace

NonlinearFit nonlinear_least_squares(const NonlinearProblem& problem, std::span<const double> x0,
                                     const NonlinearOptions& options) {
  check_problem(problem, x0, "x0");
  check_options(options);
  return Solver(problem, x0, options).run();
}

}  // namespace croquis
