#include <croquis/solvers/derivative_free_least_squares.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "linalg/blas.hpp"
#include "sketch/philox.hpp"
#include "solvers/conclude.hpp"
#include "solvers/derivative_free/adaptation.hpp"
#include "solvers/derivative_free/derivative_free_options.hpp"
#include "solvers/derivative_free/interpolated_model.hpp"
#include "solvers/derivative_free/noise.hpp"
#include "solvers/derivative_free/sampler.hpp"
#include "solvers/derivative_free/second_search.hpp"
#include "solvers/least_squares_problem.hpp"
#include "solvers/nonlinear/residual_function.hpp"

namespace croquis {
namespace {

constexpr double roundoff = std::numeric_limits<double>::epsilon();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
// A step whose ratio is below the first is bent if the model expects that to raise the ratio above the second; one that
// stays below the third was too long all the same.
constexpr double worth_bending = 0.25;
constexpr double worth_an_evaluation = 0.5;
constexpr double well_bent = 0.75;
// New points are so many lengths of the last step away. Slopes over the whole of it are those of curvature, too, which
// matters where residuals are large.
constexpr double point_spacing = 0.2;
// A step that fails does not speak against a set that is so much closer.
constexpr double much_closer = 0.5;
// Failures in a row after which noise is suspected.
constexpr std::int64_t telling_failures = 6;
// The spacing of the points whose model may say that x is stationary.
constexpr double closest = 1e-6;
// Directions at right angles and of one length, seen from the end of one of them, have a least sine of 1 / sqrt(p).
// This part of it is not good enough.
constexpr double poor_angle = 0.1;
// Between unknowns in units of themselves, no step has to be longer than this.
constexpr double whole_radius = 1;
// A set is noise if the differences of its residuals are no more than so many times that; one that is wide enough
// has differences of so many times the noise.
constexpr double noise_factor = 2;
constexpr double clear_of_noise = 10;
// A step that is to show beside noise promises so many times what that hides.
constexpr double promise_over_noise = 4;
constexpr std::int64_t few_unknowns = 50;

double norm_of(const std::vector<double>& v) { return norm2(static_cast<std::int64_t>(v.size()), v.data()); }

DerivativeFreeState initial_state(const NonlinearProblem& problem, std::span<const double> x0,
                                  const DerivativeFreeOptions& options) {
  DerivativeFreeState state;
  state.scale = unknown_scale(problem, x0);
  state.radius = state.spacing = options.initial_radius;
  const std::int64_t n = problem.unknowns;
  state.dimensions = options.dimensions > 0 ? options.dimensions : std::max(few_unknowns, n / 10);
  state.seed = random_words(options.seed, stream_word(Stream::subspaces, 0), 0)[0];
  state.planned.push_back({.x = {x0.begin(), x0.end()}});
  state.fresh = true;
  return state;
}

class Solver {
 public:
  Solver(const NonlinearProblem& problem, DerivativeFreeState state, const DerivativeFreeOptions& options)
      : problem_(problem),
        options_(options),
        state_(std::move(state)),
        unknowns_(problem, state_.scale),
        sampler_(problem, options_, unknowns_, state_),
        limit_(options.evaluation_limit > 0 ? options.evaluation_limit : 500 * (problem.unknowns + 1)) {
    report_.gradient_norm = report_.orthogonality = not_a_number;
    state_.dimensions = std::min(state_.dimensions, unknowns_.size());
    if (options.additive_noise > 0 || options.relative_noise > 0) {
      state_.additive_noise = options.additive_noise;
      state_.relative_noise = options.relative_noise;
    }
  }

  DerivativeFreeFit run() {
    for (;;) {
      std::optional<Outcome> outcome;
      while (!outcome && !(outcome = stop())) outcome = proceed();
      const bool is_end = outcome->status != Status::evaluation_limit && outcome->status != Status::cancelled;
      if (!is_end || !is_aside_better(state_)) return finish(*outcome);
      take_up_aside(state_, options_);
    }
  }

 private:
  const InterpolationPoint& best() const { return state_.points.front(); }
  const InterpolationPoint& lowest_settled() const { return is_aside_better(state_) ? state_.aside.front() : best(); }
  std::int64_t directions() const { return static_cast<std::int64_t>(state_.points.size()) - 1; }
  bool whole() const { return state_.dimensions == unknowns_.size(); }
  std::int64_t left() const { return limit_ - sampler_.evaluations(); }
  NoiseLevel noise() const { return {state_.additive_noise, state_.relative_noise}; }

  // What ends the solve, or this call, before anything else is done.
  std::optional<Outcome> stop() const {
    if (state_.points.empty()) return std::nullopt;
    if (best().cost == 0 && state_.initial_cost == 0 && norm_of(best().residuals) > 0 && problem_.weights.empty())
      return Outcome{Status::accuracy_not_reached, "the residual is not zero, but so small that its square is"};
    if (best().cost == 0) return Outcome{Status::converged, "the residual is zero"};
    if (std::sqrt(best().cost) <= options_.residual_tolerance * std::sqrt(state_.initial_cost))
      return Outcome{Status::converged,
                     "the residual is zero to " + scientific(options_.residual_tolerance) + " of that at x0"};
    if (unknowns_.size() == 0) return Outcome{Status::converged, "bounds leave no unknown room to move"};
    if (left() <= 0)
      return Outcome{Status::evaluation_limit,
                     "stopped after " + std::to_string(sampler_.evaluations()) + " evaluations of the residual"};
    return std::nullopt;
  }

  std::optional<Outcome> proceed() {
    if (sampler_.is_busy()) return sampler_.proceed(left());
    if (directions() + state_.missing >= state_.dimensions) return iterate();
    sampler_.plan_directions();
    return std::nullopt;
  }

  // One step: sought, tried, learned from.
  std::optional<Outcome> iterate() {
    const Directions set = directions_of(state_.points, unknowns_);
    if (set.size() + state_.missing < state_.dimensions) return std::nullopt;
    if (set.size() == 0) return Outcome{Status::stalled, "bounds leave no room for points around x"};
    TrustShape shape(state_, state_.fresh);
    const InterpolatedModel model(state_.points, set, unknowns_, problem_, state_.seed, shape);
    if (!model.finite()) return Outcome{Status::non_finite_input, "the model of r overflows"};
    describe(model);
    state_.gradient = model.gradient();
    if (model.promise(std::max(state_.radius, whole_radius)) <= options_.cost_tolerance * best().cost)
      return nothing_promised(set, model);
    if (whole() && state_.trial.empty() && crawls(state_, norm_of(state_.gradient)) && search_again(set, model))
      return std::nullopt;
    const ModelStep step = model.step(state_.radius);
    if (noise().known()) {
      const double hidden = noise().of_cost_difference(problem_, best().residuals);
      if (step.predicted_decrease <= hidden || is_noise(model)) return widen(set, model, hidden);
    } else if (state_.failures >= telling_failures && suspects_noise()) {
      sampler_.plan_noise();
      return std::nullopt;
    }
    const bool is_rounding = step.predicted_decrease <= 4 * roundoff * best().cost;
    const bool has_failed = state_.failures > 0 || step.predicted_decrease <= 0;
    if (has_failed && (is_rounding || state_.radius <= options_.final_radius)) return too_short(set, model);
    return try_step(set, model, step);
  }

  // Whether it would be news.
  bool suspects_noise() const {
    return !noise().known() && !state_.noise_was_estimated && options_.noise_evaluations > 0;
  }

  bool is_noise(const InterpolatedModel& model) const {
    return model.mean_difference() <= noise_factor * noise().of_difference(problem_, best().residuals);
  }

  double widest() const { return std::max(options_.initial_radius, whole_radius); }

  // From where on differences of residuals stand clear of noise.
  double least_spacing(const Directions& set, const InterpolatedModel& model) const {
    if (!noise().known()) return 0;
    const double difference = noise().of_difference(problem_, best().residuals);
    return clear_of_noise * difference * set.largest_distance() / model.mean_difference();
  }

  // Where steps crawl: from x0, if that has not been tried, or from where that began, if it crawls as well. Noise that
  // keeps points apart would be in the way.
  bool search_again(const Directions& set, const InterpolatedModel& model) {
    if (suspects_noise()) {
      sampler_.plan_noise();
    } else if (is_aside_better(state_)) {
      take_up_aside(state_, options_);
    } else if (!state_.renewing && least_spacing(set, model) <= close()) {
      start_over(state_, options_);
    } else {
      return false;
    }
    return true;
  }

  // The best x offers no descent that this model sees. A verdict needs a model of points that are close.
  std::optional<Outcome> nothing_promised(const Directions& set, const InterpolatedModel& model) {
    const bool telling = is_telling(set);
    if (telling && model.mean_difference() == 0)
      return Outcome{Status::stalled, "residuals are the same at all points within " +
                                          scientific(set.largest_distance()) + " of x: they may be rounded"};
    if (telling && ++state_.quiet >= quiet_limit()) {
      if (state_.missing == 0)
        return Outcome{Status::converged, "the model of points within " + scientific(set.largest_distance()) +
                                              " offers no lower cost" + in_subspaces()};
      return Outcome{Status::non_finite_input, "r holds a NaN or an infinity in some directions around x"};
    }
    if (telling && options_.adaptive) widen_space(state_, unknowns_.size());
    state_.spacing = std::clamp(state_.spacing, options_.final_radius, close());
    sampler_.start_anew();
    return std::nullopt;
  }

  double close() const { return std::max(closest, options_.final_radius); }

  // Whether the model of a set is good enough to judge by. No better one than a fresh one is to be had.
  bool is_telling(const Directions& set) const {
    return set.largest_distance() <= 2 * close() && (state_.fresh || has_good_angles(set));
  }

  static bool has_good_angles(const Directions& set) {
    return set.least_sine() >= poor_angle / std::sqrt(static_cast<double>(set.size()));
  }

  std::string in_subspaces() const {
    return whole() ? "" : ", in " + std::to_string(state_.quiet) + " random subspaces in a row";
  }

  std::int64_t quiet_limit() const {
    return whole() ? 1 : std::max<std::int64_t>(3, 2 * unknowns_.size() / state_.dimensions);
  }

  // What the model sees is noise: points farther apart and longer steps, or the end.
  std::optional<Outcome> widen(const Directions& set, const InterpolatedModel& model, double hidden) {
    const double least = least_spacing(set, model);
    // Noise may leave room for a verdict.
    if (least <= set.largest_distance() && is_telling(set) && is_stationary(model)) return stationary(model);
    if (state_.restart_cost - best().cost > hidden) state_.fruitless_restarts = 0;
    if (state_.fruitless_restarts >= options_.fruitless_restarts) {
      if (least <= close() && state_.fruitless_restarts++ == options_.fruitless_restarts) return look_closer();
      return Outcome{Status::noise_limited, "noise of " + scientific(level_of_noise()) +
                                                " in the residuals hides differences of the cost below " +
                                                scientific(hidden) + ", and the model sees no larger one"};
    }
    ++state_.fruitless_restarts;
    ++state_.restarts;
    state_.restart_cost = best().cost;
    state_.failures = 0;
    state_.spacing = std::max(least, 2 * state_.spacing);
    if (is_noise(model)) state_.spacing = std::max(state_.spacing, options_.initial_radius);
    state_.spacing = std::min(state_.spacing, widest());
    double radius = std::max(2 * state_.radius, state_.spacing);
    while (radius < widest() && model.promise(radius) <= promise_over_noise * hidden) radius *= 2;
    state_.radius = std::min(radius, widest());
    sampler_.start_anew();
    return std::nullopt;
  }

  bool is_stationary(const InterpolatedModel& model) const {
    return whole() && state_.missing == 0 && model.orthogonality() <= std::sqrt(options_.cost_tolerance);
  }

  static Outcome stationary(const InterpolatedModel& model) {
    return {Status::converged, "no step lowers the cost, and the residual is orthogonal to J's columns, to " +
                                   scientific(model.orthogonality())};
  }

  std::nullopt_t look_closer() {
    state_.spacing = close();
    sampler_.start_anew();
    return std::nullopt;
  }

  // Root of the mean square.
  double level_of_noise() const {
    return std::hypot(state_.additive_noise, state_.relative_noise * norm_of(best().residuals) /
                                                 std::sqrt(static_cast<double>(problem_.residuals)));
  }

  // Steps fail that are so short that nothing can be told of shorter ones.
  std::optional<Outcome> too_short(const Directions& set, const InterpolatedModel& model) {
    if (state_.non_finite > 0 && state_.non_finite == state_.failures)
      return Outcome{Status::non_finite_input, "r holds a NaN or an infinity at every step tried from x"};
    if (!is_telling(set)) return look_closer();
    // Where a column of J vanishes the model promises much to long steps, for want of second derivatives.
    if (is_stationary(model)) return stationary(model);
    if (!state_.last_chance) {
      state_.last_chance = true;
      if (!noise().known() && options_.noise_evaluations > 0) sampler_.plan_noise();
      state_.radius = std::sqrt(close());
      state_.failures = state_.non_finite = 0;
      return std::nullopt;
    }
    if (noise().known()) return widen(set, model, noise().of_cost_difference(problem_, best().residuals));
    return Outcome{Status::stalled, "no step from x lowers the cost, however short, though the model offers to by " +
                                        scientific(model.promise(whole_radius)) +
                                        ": residuals may be noisy, not smooth, or far from linear"};
  }

  std::optional<Outcome> try_step(const Directions& set, const InterpolatedModel& model, const ModelStep& step) {
    // One that waits may be of another step, if options have changed.
    if (state_.trial.empty() || state_.trial.front().x != step.x) state_.trial.assign(1, sampler_.evaluated(step.x));
    std::vector<InterpolationPoint> ends{state_.trial.front()};
    double ratio = ratio_of(ends.front(), step);
    double learned = ratio;
    if (const std::optional<BentStep> bent = bend(model, step, ratio)) {
      // A further call bends it.
      if (left() <= 0) return std::nullopt;
      ends.push_back(sampler_.evaluated(bent->x));
      if (ends.back().cost < ends.front().cost) {
        learned = ratio = ratio_of(ends.back(), step);
        // Unless curvature explains all that was wrong with the step, it was too long.
        if (ratio < well_bent) learned = std::min(ratio, 0.0);
      }
    }
    state_.trial.clear();
    const InterpolationPoint& end = ends.back().cost < ends.front().cost ? ends.back() : ends.front();
    const double cost_before = best().cost;
    NonlinearIteration record{.accepted = end.cost < cost_before,
                              .cost_change = std::isfinite(end.cost) ? cost_before - end.cost : not_a_number,
                              .gradient_norm = norm_of(state_.gradient),
                              .step_norm = distance_to(end.x),
                              .ratio = ratio,
                              .radius = state_.radius,
                              .dimensions = set.size()};
    adapt_radius(state_, learned, step.damped.norm);
    update_set(std::move(ends), set, model, step, ratio);
    if (options_.adaptive && !whole()) watch_progress(state_, cost_before, unknowns_.size());
    return log(record);
  }

  double ratio_of(const InterpolationPoint& end, const ModelStep& step) const {
    return std::isfinite(end.cost) ? (best().cost - end.cost) / step.predicted_decrease : not_a_number;
  }

  double distance_to(const std::vector<double>& x) const {
    double sum = 0;
    for (std::size_t j = 0; j < x.size(); ++j) sum = std::hypot(sum, x[j] - best().x[j]);
    return sum;
  }

  std::optional<BentStep> bend(const InterpolatedModel& model, const ModelStep& step, double ratio) const {
    if (!(ratio < worth_bending)) return std::nullopt;
    std::optional<BentStep> bent = model.bent(step, state_.trial.front());
    const double expected = bent ? best().cost - bent->expected_cost : 0;
    return expected >= worth_an_evaluation * step.predicted_decrease ? bent : std::nullopt;
  }

  // After a step and what was learned from it.
  void update_set(std::vector<InterpolationPoint> ends, const Directions& set, const InterpolatedModel& model,
                  const ModelStep& step, double ratio) {
    const double wanted =
        std::clamp(point_spacing * step.norm, std::min(options_.final_radius, state_.radius), state_.radius);
    state_.spacing = std::max(wanted, std::min(least_spacing(set, model), widest()));
    state_.missing = 0;
    const bool lower = std::any_of(ends.begin(), ends.end(), [&](const auto& end) { return end.cost < best().cost; });
    if (whole() && !lower && is_much_closer(set, step)) return;
    if (state_.renewing) {
      for (InterpolationPoint& end : ends)
        if (end.cost < best().cost) std::swap(state_.points.front(), end);
      state_.spacing = std::max(renewed_spacing(step.norm, options_), std::min(least_spacing(set, model), widest()));
      sampler_.start_anew();
      return;
    }
    state_.fresh = false;
    bool joins = false;
    for (InterpolationPoint& end : ends) {
      if (!std::isfinite(end.cost)) continue;
      joins = true;
      insert_point(state_.points, std::move(end), directions_of(state_.points, unknowns_), unknowns_, state_.dimensions,
                   state_.spacing);
    }
    if (joins) make_room(ratio);
  }

  static bool is_much_closer(const Directions& set, const ModelStep& step) {
    return set.largest_distance() <= much_closer * step.norm && has_good_angles(set);
  }

  // For new directions, in place of those that serve least: where steps fail, or, in a subspace, always.
  void make_room(double ratio) {
    const Directions set = directions_of(state_.points, unknowns_);
    std::int64_t count = 0;
    if (ratio < poor_ratio) {
      count = whole() ? 1 : std::max<std::int64_t>(1, state_.dimensions / 10);
    } else if (!whole() || !has_good_angles(set)) {
      count = 1;
    }
    drop_points(state_.points, set, count, state_.spacing);
  }

  void describe(const InterpolatedModel& model) {
    report_.gradient_norm = norm_of(model.gradient());
    report_.orthogonality = model.orthogonality();
    report_.rank = model.rank();
    report_.dimensions = model.dimensions();
  }

  std::optional<Outcome> log(NonlinearIteration record) {
    record.iteration = ++state_.iterations;
    const InterpolationPoint& lowest = lowest_settled();
    record.cost = lowest.cost;
    record.residual_evaluations = state_.residual_evaluations;
    record.seconds = clock_.seconds();
    report_.history.push_back(record);
    if (!options_.on_iteration) return std::nullopt;
    NonlinearProgress progress;
    static_cast<NonlinearIteration&>(progress) = record;
    progress.x = lowest.x;
    if (options_.on_iteration(progress)) return std::nullopt;
    return Outcome{Status::cancelled, "cancelled by the callback"};
  }

  DerivativeFreeFit finish(const Outcome& outcome) {
    DerivativeFreeFit fit;
    static_cast<NonlinearReport&>(fit) = std::move(report_);
    fit.status = outcome.status;
    fit.message = (fit.solved() ? "solved: " : "not solved: ") + outcome.message;
    fit.initial_cost = state_.initial_cost;
    // Points that the limit kept from joining the set count, too.
    const InterpolationPoint* lowest = &lowest_settled();
    for (std::int64_t k = 0; k < state_.evaluated; ++k)
      if (state_.planned[static_cast<std::size_t>(k)].cost < lowest->cost)
        lowest = &state_.planned[static_cast<std::size_t>(k)];
    for (const InterpolationPoint& trial : state_.trial)
      if (trial.cost < lowest->cost) lowest = &trial;
    fit.cost = lowest->cost;
    fit.iterations = state_.iterations;
    fit.residual_evaluations = state_.residual_evaluations;
    fit.seconds = clock_.seconds();
    fit.x = lowest->x;
    fit.residuals = lowest->residuals;
    fit.radius = state_.radius;
    fit.noise_level = noise().known() ? level_of_noise() : 0;
    fit.restarts = state_.restarts;
    fit.state = std::move(state_);
    return fit;
  }

  const NonlinearProblem& problem_;
  const DerivativeFreeOptions& options_;
  DerivativeFreeState state_;
  Stopwatch clock_;
  ScaledUnknowns unknowns_;
  Sampler sampler_;
  std::int64_t limit_;
  NonlinearReport report_;
};

}  // namespace

DerivativeFreeFit derivative_free_least_squares(const NonlinearProblem& problem, std::span<const double> x0,
                                                const DerivativeFreeOptions& options) {
  check_problem(problem, x0, "x0");
  check_options(options);
  return Solver(problem, initial_state(problem, x0, options), options).run();
}

DerivativeFreeFit derivative_free_least_squares(const NonlinearProblem& problem, const DerivativeFreeState& state,
                                                const DerivativeFreeOptions& options) {
  check_state(problem, state);
  check_options(options);
  return Solver(problem, state, options).run();
}

}  // namespace croquis
