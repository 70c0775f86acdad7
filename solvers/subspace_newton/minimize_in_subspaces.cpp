#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include <croquis/errors.hpp>
#include <croquis/solvers/subspace_newton.hpp>

#include "linalg/blas.hpp"
#include "linalg/finite.hpp"
#include "sketch/philox.hpp"
#include "solvers/conclude.hpp"
#include "solvers/least_squares_problem.hpp"
#include "solvers/newton/objective_check.hpp"
#include "solvers/subspace_newton/least_curvature.hpp"
#include "solvers/subspace_newton/objective_point.hpp"
#include "solvers/subspace_newton/step_rule.hpp"
#include "solvers/subspace_newton/step_search.hpp"
#include "solvers/subspace_newton/subspace_newton_options.hpp"
#include "solvers/subspace_newton/subspaces.hpp"

namespace croquis {
namespace {

// Subspaces in a row that offered nothing, or whose steps all failed.
constexpr std::int64_t few_quiet = 3;
constexpr std::int64_t failure_limit = 5;
// Where the gradient has not halved in so many iterations, subspaces that may become the whole become twice as large.
constexpr std::int64_t window = 8;
constexpr double initial_reach = 0.1;  // of ||x0||

double norm(const std::vector<double>& v) { return norm2(static_cast<std::int64_t>(v.size()), v.data()); }

struct Outcome {
  Status status;
  std::string message;
};

class Solver {
 public:
  Solver(const Objective& objective, std::span<const double> x0, const SubspaceNewtonOptions& options)
      : objective_(objective), options_(options), evaluator_(objective), subspaces_(objective, options) {
    point_.x.assign(x0.begin(), x0.end());
    start_rule(options.initial_parameter);
    forget_curvature();
  }

  SubspaceNewtonFit run() {
    std::optional<Outcome> outcome = start();
    while (!outcome && !(outcome = stop())) outcome = iterate();
    return finish(std::move(*outcome));
  }

 private:
  // That of another point.
  void forget_curvature() {
    report_.smallest_curvature = report_.largest_curvature = report_.curvature_error =
        std::numeric_limits<double>::quiet_NaN();
  }

  void start_rule(double parameter) {
    rule_ = make_step_rule(options_.rule, parameter, initial_reach * norm(point_.x));
  }

  std::optional<Outcome> start() {
    evaluator_.evaluate(point_);
    evaluator_.add_gradient(point_);
    report_.initial_value = point_.value;
    report_.initial_gradient_norm = window_gradient_ = estimated_gradient_ = point_.gradient_norm;
    if (!std::isfinite(point_.value) || !std::isfinite(point_.gradient_norm))
      return Outcome{Status::non_finite_input, "the function or its gradient is not finite at x0"};
    return std::nullopt;
  }

  // What ends the solve before another subspace.
  std::optional<Outcome> stop() {
    if (wants_gradient()) evaluator_.add_gradient(point_);
    if (point_.has_gradient()) {
      since_gradient_ = 0;
      estimated_gradient_ = point_.gradient_norm;
      report_.largest_gradient_norm = std::max(report_.largest_gradient_norm, point_.gradient_norm);
      const bool small = point_.gradient_norm <= options_.gradient_tolerance * report_.largest_gradient_norm;
      if (small || quiet_ >= quiet_limit())
        if (std::optional<Outcome> outcome = judge_curvature(small)) return outcome;
    }
    if (failures_ >= failure_limit) return hopeless();
    if (report_.iterations >= options_.iteration_limit)
      return Outcome{Status::iteration_limit, "stopped after " + std::to_string(report_.iterations) + " iterations"};
    if (options_.product_limit > 0 && products() >= options_.product_limit)
      return Outcome{Status::evaluation_limit,
                     "stopped after " + std::to_string(products()) + " products with the Hessian"};
    return std::nullopt;
  }

  // Where S^T g does without, a whole gradient costs as much as the subspaces that make it up.
  bool wants_gradient() const {
    if (subspaces_.takes_gradients() || quiet_ >= quiet_limit()) return true;
    return since_gradient_ * subspaces_.dimensions() >= objective_.unknowns;
  }

  // Without the gradient in them, so many that few directions were in none.
  std::int64_t quiet_limit() const {
    return subspaces_.contains_gradient() ? few_quiet : few_quiet * (1 + objective_.unknowns / subspaces_.dimensions());
  }

  Outcome hopeless() const {
    if (only_non_finite_)
      return {Status::non_finite_input, "the function or its gradient is not finite at every step tried from x"};
    return {Status::stalled, "no step lowers the function, however short: its derivatives may be wrong"};
  }

  // At a point with a small gradient, or from which no step is left to take: the end, unless curvature leads away.
  std::optional<Outcome> judge_curvature(bool small) {
    const std::string first_order =
        small ? "the gradient is small" : "no step is left to take, as far as rounding errors allow";
    if (options_.curvature_tolerance >= 1 || objective_.unknowns == 0) return Outcome{Status::converged, first_order};
    if (!escape_.empty())
      return Outcome{Status::stalled, first_order + ", but at a saddle point that rounding errors do not let go"};
    const std::uint64_t seed = random_words(options_.seed, stream_word(Stream::subspaces, 3), checks_++)[0];
    LeastCurvature curvature = least_curvature(objective_, point_.x, options_.curvature_tolerance, seed);
    check_products_ += curvature.products;
    if (!curvature.finite) return Outcome{Status::non_finite_input, "the Hessian is not finite at x"};
    report_.smallest_curvature = curvature.smallest;
    report_.largest_curvature = curvature.largest;
    report_.curvature_error = curvature.error;
    const double allowed = options_.curvature_tolerance * curvature.largest;
    if (curvature.smallest - curvature.error >= -allowed) {
      report_.second_order_stationary = small;
      return Outcome{Status::converged, first_order + ", and there is no negative curvature"};
    }
    if (!curvature.negative)
      return Outcome{Status::accuracy_not_reached, first_order + ", but products with the Hessian are too few or too " +
                                                       "inexact to tell its smallest eigenvalue"};
    escape_ = std::move(curvature.direction);
    ++report_.escapes;
    quiet_ = 0;
    return std::nullopt;
  }

  // One subspace: steps in it until one is taken.
  std::optional<Outcome> iterate() {
    const Subspace space = subspaces_.next(point_.x, point_.gradient, escape_);
    if (!space.finite()) return Outcome{Status::non_finite_input, "the Hessian or the gradient is not finite at x"};
    const SubspaceModel model = subspace_model(space.gram, space.hessian, space.gradient);
    SubspaceNewtonIteration record{.dimensions = subspaces_.dimensions(),
                                   .rank = model.rank(),
                                   .smallest_curvature = model.curvature.empty() ? 0 : model.curvature.front()};
    rule_->begin(model);
    std::vector<double> moved;
    const SearchOutcome attempt = StepSearch(evaluator_, *rule_, subspaces_.takes_gradients())
                                      .run(space.directions(), model, point_, moved, record);
    if (attempt == SearchOutcome::taken) subspaces_.remember(moved);
    ++since_gradient_;
    if (!subspaces_.takes_gradients()) estimate_gradient(model);
    learn(attempt, record);
    return log(record);
  }

  // The square of the estimate has the right mean for subspaces that are drawn alone. The part that it is made from is
  // never longer than the gradient.
  void estimate_gradient(const SubspaceModel& model) {
    const double ratio = static_cast<double>(objective_.unknowns) / static_cast<double>(model.slope.size());
    const double part = norm(model.slope);
    estimated_gradient_ = part * std::sqrt(ratio);
    report_.largest_gradient_norm = std::max(report_.largest_gradient_norm, part);
  }

  // From an iteration, for the size of the next subspaces and for the end.
  void learn(SearchOutcome attempt, SubspaceNewtonIteration& record) {
    const std::int64_t p = subspaces_.dimensions();
    record.accepted = attempt == SearchOutcome::taken;
    if (record.accepted) {
      quiet_ = failures_ = 0;
      escape_.clear();
      forget_curvature();
    } else if (attempt == SearchOutcome::nothing_to_gain && failures_ == 0) {
      // A direction that leads away has been tried.
      quiet_ = escape_.empty() ? quiet_ + 1 : quiet_limit();
    } else {
      // Failures have left sigma so large that steps promise little.
      ++failures_;
      if (attempt == SearchOutcome::held_back) start_rule(0);
      if (attempt == SearchOutcome::failed) only_non_finite_ = false;
      if (attempt == SearchOutcome::only_non_finite) only_non_finite_ = true;
    }
    subspaces_.learn_rank(record.rank);
    if (!record.accepted) subspaces_.widen_to(2 * p);
    const double gradient = point_.has_gradient() ? point_.gradient_norm : estimated_gradient_;
    if (++in_window_ < window) return;
    in_window_ = 0;
    if (gradient > window_gradient_ / 2 && subspaces_.may_be_whole()) subspaces_.widen_to(2 * p);
    window_gradient_ = gradient;
  }

  std::int64_t products() const { return subspaces_.products() + check_products_; }

  std::optional<Outcome> log(SubspaceNewtonIteration& record) {
    record.iteration = ++report_.iterations;
    record.value = point_.value;
    record.gradient_norm = point_.has_gradient() ? point_.gradient_norm : estimated_gradient_;
    record.products = products();
    record.evaluations = evaluator_.evaluations();
    record.seconds = clock_.seconds();
    report_.history.push_back(record);
    if (options_.on_iteration && !options_.on_iteration({record, point_.x}))
      return Outcome{Status::cancelled, "cancelled by the callback"};
    return std::nullopt;
  }

  SubspaceNewtonFit finish(Outcome outcome) {
    // A report says what is true of its x.
    evaluator_.add_gradient(point_);
    report_.status = outcome.status;
    report_.value = point_.value;
    report_.gradient_norm = point_.gradient_norm;
    report_.largest_gradient_norm = std::max(report_.largest_gradient_norm, point_.gradient_norm);
    report_.dimensions = subspaces_.dimensions();
    report_.products = products();
    report_.evaluations = evaluator_.evaluations();
    report_.gradients = evaluator_.gradients();
    report_.message = outcome.message + ": |gradient| " + scientific(point_.gradient_norm) + " (" +
                      scientific(report_.initial_gradient_norm) + " at the start) after " +
                      std::to_string(report_.iterations) + " subspaces and " + std::to_string(report_.products) +
                      " products with the Hessian";
    report_.seconds = clock_.seconds();
    SubspaceNewtonFit fit;
    static_cast<SubspaceNewtonReport&>(fit) = std::move(report_);
    fit.x = std::move(point_.x);
    return fit;
  }

  const Objective& objective_;
  const SubspaceNewtonOptions& options_;
  const Stopwatch clock_;
  ObjectiveEvaluator evaluator_;
  Subspaces subspaces_;
  std::unique_ptr<StepRule> rule_;
  ObjectivePoint point_;
  SubspaceNewtonReport report_;
  std::vector<double> escape_;  // a direction of negative curvature at x, to be tried
  double estimated_gradient_ = 0;
  double window_gradient_ = 0;
  std::int64_t in_window_ = 0;
  std::int64_t since_gradient_ = 0;  // subspaces
  std::int64_t quiet_ = 0;           // subspaces in a row with nothing to gain
  std::int64_t failures_ = 0;        // subspaces in a row whose steps failed
  bool only_non_finite_ = false;
  std::uint64_t checks_ = 0;
  std::int64_t check_products_ = 0;
};

}  // namespace

SubspaceNewtonFit minimize_in_subspaces(const Objective& objective, std::span<const double> x0,
                                        const SubspaceNewtonOptions& options) {
  check_subspace_newton_options(options);
  check_objective(objective, x0);
  if (!all_finite_serial(x0.data(), objective.unknowns)) throw InvalidOption("x0 is not finite");
  return Solver(objective, x0, options).run();
}

}  // namespace croquis
