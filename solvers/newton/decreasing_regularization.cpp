#include "solvers/newton/decreasing_regularization.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "solvers/newton/preconditioned_conjugate_gradients.hpp"

namespace croquis {
namespace {

// Where Newton's method converges quadratically the decrement falls by this or more in a full step, and by as little as
// `fast` where the next ridge may be further away.
constexpr double in_region = 0.5;
constexpr double fast = 0.25;
constexpr std::int64_t steps_per_ridge = 2;
// From one ridge to the next.
constexpr double first_factor = 0.1;
constexpr double least_factor = 1e-4;
constexpr double most_factor = 0.9;
// Of the first ridge, below which a ridge is lost in rounding errors beside the curvature.
constexpr double least_part = 1e-16;
// Steps so much shorter than Newton's are those of a point far outside of the region.
constexpr double short_step = 0.25;
// Of f. Below, rounding errors may damp a step or keep the decrement from falling.
constexpr double least_decrement = 1e-7;

bool is_hidden(const NewtonIteration& iteration) {
  return iteration.decrement <= least_decrement * std::abs(iteration.value);
}
bool is_damped(const NewtonIteration& iteration, double least_length) {
  return iteration.step_length < least_length && !is_hidden(iteration);
}

void add_counts(NewtonReport& total, const NewtonReport& part) {
  for (NewtonIteration iteration : part.history) {
    iteration.iteration += total.iterations;
    iteration.products += total.products;
    iteration.evaluations += total.evaluations;
    iteration.seconds += total.seconds;
    total.history.push_back(iteration);
  }
  total.iterations += part.iterations;
  total.products += part.products;
  total.evaluations += part.evaluations;
  total.preconditioners += part.preconditioners;
  total.seconds += part.seconds;
}

// `outcome`, at the end of all that `total` counts.
NewtonReport with_counts(NewtonReport outcome, NewtonReport total) {
  outcome.history = std::move(total.history);
  outcome.iterations = total.iterations;
  outcome.products = total.products;
  outcome.evaluations = total.evaluations;
  outcome.preconditioners = total.preconditioners;
  outcome.seconds = total.seconds;
  return outcome;
}

// Options for what follows `total`: the callback is shown counts from the start.
NewtonOptions following(const NewtonOptions& options, const NewtonReport& total, bool& cancelled) {
  NewtonOptions next = options;
  next.iteration_limit = std::max<std::int64_t>(0, options.iteration_limit - total.iterations);
  next.seed += static_cast<std::uint64_t>(total.preconditioners);
  if (options.on_iteration)
    next.on_iteration = [&options, &total, &cancelled](NewtonProgress progress) {
      progress.iteration += total.iterations;
      progress.products += total.products;
      progress.evaluations += total.evaluations;
      progress.seconds += total.seconds;
      cancelled = !options.on_iteration(progress);
      return !cancelled;
    };
  return next;
}

class RidgeDescent {
 public:
  RidgeDescent(GeneralizedLinearProblem& problem, std::vector<double>& x, const NewtonOptions& options,
               NewtonReport& total, std::vector<RidgeStage>& stages)
      : problem_(problem), x_(x), options_(options), total_(total), stages_(stages) {}

  // Down to `last`, or until half of the iterations that are left are gone; false if the callback cancelled.
  bool descend(double last) {
    const double first = problem_.mean_squared_row();
    if (!std::isfinite(first)) return true;
    const std::int64_t most_iterations = (total_.iterations + options_.iteration_limit + 1) / 2;
    double factor = first_factor;
    std::vector<double> before;
    for (double reached = std::numeric_limits<double>::infinity(), ridge = first;
         ridge > std::max(last, least_part * first);) {
      if (total_.iterations >= most_iterations) return true;
      before = x_;
      const double contraction = stage(ridge);
      if (cancelled_) return false;
      if (contraction > in_region && factor < most_factor && std::isfinite(reached)) {
        // Too far: from the last ridge to one less far away.
        x_ = before;
        factor = std::min(most_factor, std::sqrt(factor));
      } else {
        if (contraction <= fast) factor = std::max(least_factor, factor * std::sqrt(factor));
        reached = ridge;
      }
      ridge = factor * std::min(reached, first);
    }
    return true;
  }

 private:
  // Steps at one ridge; returns the part that the last but one left of the decrement, 1 if one was damped.
  double stage(double ridge) {
    problem_.set_ridge(ridge);
    NewtonOptions few = following(options_, total_, cancelled_);
    few.iteration_limit = std::min(few.iteration_limit, steps_per_ridge);
    few.gradient_tolerance = few.value_tolerance = 0;
    bool damped = false;
    few.on_iteration = [&, shown = few.on_iteration](const NewtonProgress& progress) {
      damped = is_damped(progress, 1);
      return (!shown || shown(progress)) && !damped;
    };
    const NewtonReport report = newton_iteration(problem_, x_, few);
    add_counts(total_, report);
    stages_.push_back({.ridge = ridge, .steps = report.iterations, .products = report.products});
    // Without a step there is nothing to gain at this ridge but rounding errors.
    if (report.history.empty()) return 0;
    stages_.back().decrement = report.history.back().decrement;
    if (damped) return 1;
    if (report.iterations < 2 || is_hidden(report.history[0])) return 0;
    return std::sqrt(report.history[1].decrement / report.history[0].decrement);
  }

  GeneralizedLinearProblem& problem_;
  std::vector<double>& x_;
  const NewtonOptions& options_;
  NewtonReport& total_;
  std::vector<RidgeStage>& stages_;
  bool cancelled_ = false;
};

NewtonReport without_minimiser(GeneralizedLinearProblem& problem, const std::vector<double>& x,
                               const EvaluatedPoint& at_zero, const std::string& reason) {
  NewtonReport report;
  std::vector<double> gradient(x.size());
  report.status = Status::unbounded;
  report.message = "there is no minimiser: " + reason + ", and the function falls with the intercept without end";
  report.initial_value = at_zero.value;
  report.initial_gradient_norm = at_zero.gradient_norm;
  report.value = problem.evaluate(x.data(), gradient.data());
  report.gradient_norm = two_norm(gradient);
  report.error_estimate = std::numeric_limits<double>::quiet_NaN();
  report.evaluations = 1;
  report.passes = problem.passes();
  return report;
}

}  // namespace

std::string to_string(RidgeSchedule schedule) {
  switch (schedule) {
    case RidgeSchedule::automatic:
      return "automatic";
    case RidgeSchedule::fixed:
      return "fixed";
    case RidgeSchedule::decreasing:
      return "decreasing";
  }
  assert(false && "a schedule without a name");
  return {};
}

NewtonReport newton_by_schedule(GeneralizedLinearProblem& problem, std::vector<double>& x, RidgeSchedule schedule,
                                const NewtonOptions& options, const EvaluatedPoint& at_zero,
                                std::vector<RidgeStage>& stages) {
  if (const std::string reason = problem.unbounded_intercept(); !reason.empty())
    return without_minimiser(problem, x, at_zero, reason);
  // The theory asks for third derivatives that the second ones bound.
  if (schedule == RidgeSchedule::automatic && !is_exponential(problem.loss())) schedule = RidgeSchedule::fixed;
  if (schedule == RidgeSchedule::fixed) return newton_iteration(problem, x, options, at_zero);

  NewtonReport total, first;
  bool cancelled = false;
  if (schedule == RidgeSchedule::automatic) {
    bool damped = false;
    NewtonOptions watched = following(options, total, cancelled);
    watched.on_iteration = [&, shown = watched.on_iteration](const NewtonProgress& progress) {
      damped = is_damped(progress, short_step);
      return (!shown || shown(progress)) && !damped;
    };
    first = newton_iteration(problem, x, watched, at_zero);
    const bool stuck = first.status == Status::stalled || first.status == Status::noise_limited;
    if (cancelled || (!damped && !stuck)) return first;
    add_counts(total, first);
  }
  const double ridge = problem.ridge();
  std::vector<double> best = std::exchange(x, std::vector<double>(x.size()));
  const bool going_on = RidgeDescent(problem, x, options, total, stages).descend(ridge);
  const std::int64_t before = total.iterations;
  problem.set_ridge(ridge);
  NewtonOptions rest = following(options, total, cancelled);
  if (!going_on) rest.iteration_limit = 0;
  NewtonReport last = newton_iteration(problem, x, rest, at_zero);
  if (!going_on) {
    last.status = Status::cancelled;
    last.message = "cancelled by the callback";
  } else if (before > 0) {
    last.message += ", beside " + std::to_string(before) + " iterations before at " +
                    (schedule == RidgeSchedule::automatic ? "this and " : "") + std::to_string(stages.size()) +
                    " larger ridges";
  }
  add_counts(total, last);
  if (schedule == RidgeSchedule::automatic && !last.solved() && first.value < last.value) {
    x = std::move(best);
    if (last.status == Status::cancelled) {
      first.status = last.status;
      first.message = last.message;
    } else if (first.status == Status::cancelled) {  // here, where a step was damped
      first = newton_iteration(problem, x, following(options, total, cancelled), at_zero);
      add_counts(total, first);
    }
    first.passes = problem.passes();
    return with_counts(std::move(first), std::move(total));
  }
  return with_counts(std::move(last), std::move(total));
}

}  // namespace croquis
