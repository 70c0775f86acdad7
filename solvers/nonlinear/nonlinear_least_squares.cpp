#include <croquis/solvers/nonlinear_least_squares.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "linalg/blas.hpp"
#include "solvers/conclude.hpp"
#include "solvers/nonlinear/crawl_watch.hpp"
#include "solvers/nonlinear/first_step.hpp"
#include "solvers/nonlinear/nonlinear_options.hpp"
#include "solvers/nonlinear/solve_log.hpp"
#include "solvers/nonlinear/stopping_rules.hpp"
#include "solvers/nonlinear/subspace_verdict.hpp"
#include "solvers/nonlinear/trial.hpp"

namespace croquis {
namespace {

constexpr double least_ratio = 0.01;  // of actual to expected decrease, for a step to be taken
// Failures in a row. A radius that is halved so often was not too large: the model does not describe the residuals.
constexpr std::int64_t telling_failures = 20;
constexpr std::int64_t most_failures = 100;
// Where the cost is lost in rounding errors, steps go on as long as they shrink the gradient by this factor, or fail to
// only a few times; a ratio that neither shortens nor lengthens them.
constexpr double shrinking = 0.9;
constexpr std::int64_t noisy_failures = 3;
constexpr double neutral_ratio = 0.5;
constexpr double well_bent = 0.75;  // a ratio from which on curvature explains all that was wrong with a step
// Sketched observations: failures after which another sketch is drawn, and how often in a row.
constexpr std::int64_t failures_of_a_sketch = 3;
constexpr std::int64_t most_redrawn = 10;

// What is known of a step before it is tried.
struct Prospect {
  double noise = 0;  // of the cost
  bool is_noise = false;
  bool is_small = false;
  bool is_settled = false;  // the model, and not the trust in it, offers nothing more
};

class Solver {
 public:
  Solver(const NonlinearProblem& problem, std::span<const double> x0, const NonlinearOptions& options)
      : problem_(problem),
        options_(options),
        residual_(problem, options.evaluation_limit),
        modeller_(problem, options, residual_),
        box_(problem),
        log_(options, residual_, modeller_),
        x0_(x0.begin(), x0.end()) {
    search_.point = evaluate_first(residual_, problem, x0_);
    log_.begin(search_.point.cost);
  }

  NonlinearFit run() {
    std::optional<Outcome> outcome = within_budget([&] { return start(); });
    for (;;) {
      while (!outcome && !(outcome = stop())) {
        outcome = within_budget([&] { return iterate(); });
        if (!outcome && is_crawling() && !stop()) outcome = within_budget([&] { return start_over(); });
      }
      if (!aside_ || !(aside_->point.cost < search_.point.cost)) return finish(*outcome);
      search_ = std::move(*aside_);
      aside_.reset();
      if (outcome->status == Status::cancelled) return finish(*outcome);
      outcome.reset();
    }
  }

 private:
  // J at x0.
  std::optional<Outcome> start() {
    if (!std::isfinite(search_.point.cost))
      return Outcome{Status::non_finite_input, "r holds a NaN or an infinity at x0" + first_non_finite()};
    modeller_.measure_in(units_of_subspaces(problem_, x0_));
    search_.linear = modeller_.model_at(search_.point, nullptr);
    if (!search_.linear) return Outcome{Status::non_finite_input, "J holds a NaN or an infinity at x0"};
    began_in_subspaces_ = !search_.linear->space.whole();
    trust_anew();
    shorten();
    return std::nullopt;
  }

  std::string first_non_finite() const {
    for (std::size_t i = 0; i < search_.point.r.size(); ++i)
      if (!std::isfinite(search_.point.r[i])) return ", first in entry " + std::to_string(i);
    return ": its norm overflows";
  }

  void trust_anew() {
    search_.globalization = make_globalization(
        options_.globalization, initial_parameter(search_.point, *search_.linear, residual_.unit(), options_));
  }

  void shorten() {
    if (search_.linear->space.whole() && !stop())
      shorten_first_step(search_, residual_, problem_, options_.globalization);
  }

  // Whether steps among all unknowns, from where subspaces led, lower neither the cost nor the gradient to speak of.
  bool is_crawling() {
    return began_in_subspaces_ && !has_started_over_ && search_.linear->space.whole() &&
           watch_.crawls(search_.point.cost, search_.linear->steps.gradient_norm());
  }

  // Subspaces may lead into a valley, or a region of poor models, that steps among all unknowns from x0 never see. They
  // are tried; what was reached so far stays aside.
  std::optional<Outcome> start_over() {
    has_started_over_ = true;
    Search search{.point = evaluate_at(residual_, problem_, x0_)};
    search.linear = modeller_.model_at(search.point, nullptr);
    if (!search.linear) return std::nullopt;
    aside_ = Search{.point = std::move(search_.point),
                    .linear = std::move(search_.linear),
                    .globalization = std::move(search_.globalization)};
    search_ = std::move(search);
    trust_anew();
    shorten();
    return std::nullopt;
  }

  // What ends the solve before another step.
  std::optional<Outcome> stop() const {
    if (std::optional<Outcome> reached = reached_tolerance(search_.point, search_.linear ? &*search_.linear : nullptr,
                                                           log_.initial_cost(), residual_.unit(), options_))
      return reached;
    if (search_.converged) return search_.converged;
    if (log_.iterations() >= options_.iteration_limit)
      return Outcome{Status::iteration_limit, "stopped after " + std::to_string(log_.iterations()) + " iterations"};
    // What is evaluated already may be the best point of all.
    if (residual_.budget().left() <= 0 && !search_.ahead)
      return Outcome{Status::evaluation_limit,
                     "stopped after " + std::to_string(residual_.evaluations()) + " evaluations of the residual"};
    if (search_.failures >= most_failures) return hopeless();
    return std::nullopt;
  }

  Outcome hopeless() const {
    if (search_.met_only_non_finite())
      return {Status::non_finite_input, "r or J holds a NaN or an infinity at every step tried from x"};
    if (options_.observation_rows > 0)
      return {Status::accuracy_not_reached, "sketches of the observations lead no further down: r does not vanish"};
    return {Status::stalled, "no step from x lowers the cost, however short, and x is not stationary: J may be wrong"};
  }

  // One step: tried, judged, taken or not.
  std::optional<Outcome> iterate() {
    Proposal proposal = propose(search_.point.x, *search_.linear, *search_.globalization, box_);
    // Bounds may cut from a step all that was good of it. Short ones follow the gradient, and lose nothing of that.
    if (proposal.is_cut && proposal.expected <= 0 && search_.cut_steps++ < most_failures) {
      search_.ever_failed = true;
      search_.globalization->update(0, proposal.step);
      search_.ahead.reset();
      return std::nullopt;
    }
    search_.cut_steps = 0;
    Prospect prospect;
    prospect.noise = cost_noise(search_.point, search_.linear->rounding_reach(search_.point.x));
    prospect.is_noise = proposal.expected <= prospect.noise;
    prospect.is_small = is_short(difference(proposal.x, search_.point.x), search_.point.x, options_.step_tolerance);
    if ((prospect.is_noise || prospect.is_small) && lengthen(proposal.step)) return std::nullopt;
    const bool in_subspace = !search_.linear->space.whole();
    if ((prospect.is_noise || prospect.is_small) &&
        (search_.met_only_non_finite() || (search_.failures >= telling_failures && !in_subspace)))
      return hopeless();
    prospect.is_settled =
        (prospect.is_small && wants_short_step(*search_.linear, search_.point, options_.step_tolerance)) ||
        (prospect.is_noise && promises_nothing(*search_.linear, search_.point, prospect.noise));
    if (in_subspace && (prospect.is_settled || search_.linear->orthogonality <= options_.gradient_tolerance))
      return leave_subspace();
    if (in_subspace && (prospect.is_noise || prospect.is_small)) return look_at_all_columns(hopeless());
    return judge(proposal, prospect, try_step(search_, proposal, prospect.is_noise, modeller_, residual_, problem_));
  }

  // A first radius may be so short that nothing can be told of it; only failures make short steps mean something.
  // Whether that was the case.
  bool lengthen(const DampedStep& step) {
    if (search_.ever_failed || !is_held_back(step, *search_.linear)) return false;
    const double before = search_.globalization->parameter();
    search_.globalization->update(1, step);
    if (search_.globalization->parameter() == before) return false;
    search_.ahead.reset();
    return true;
  }

  std::optional<Outcome> judge(const Proposal& proposal, const Prospect& prospect, Trial trial) {
    const bool in_subspace = !search_.linear->space.whole();
    const double change = search_.point.cost - trial.point.cost;
    NonlinearIteration record{.cost_change = std::isfinite(trial.point.cost) ? change : trial.ratio,
                              .gradient_norm = search_.linear->gradient_norm(),
                              .step_norm = norm2(static_cast<std::int64_t>(trial.moved.size()), trial.moved.data()),
                              .ratio = trial.ratio,
                              .radius = search_.globalization->parameter() /
                                        residual_.unit().of_parameter(options_.globalization, in_subspace),
                              .dimensions = search_.linear->steps.cols()};
    // Where the cost tells no more, the gradient does.
    const bool worth_a_model = prospect.is_noise ? std::abs(change) <= 4 * prospect.noise : trial.ratio >= least_ratio;
    if (in_subspace) modeller_.record(search_.point.cost, worth_a_model ? trial.point.cost : search_.point.cost);
    std::optional<Linearization> next;
    if (worth_a_model && in_subspace) modeller_.remember(trial.moved);
    if (worth_a_model) {
      const std::optional<Outcome> spent = within_budget([&]() -> std::optional<Outcome> {
        next = modeller_.model_at(trial.point, &*search_.linear);
        return std::nullopt;
      });
      if (spent) return end_at(std::move(trial.point), record, *spent);
    }
    const std::vector<double>& scale = search_.linear->scale;
    record.accepted =
        next && (!prospect.is_noise || next->gradient_in(scale) <= shrinking * search_.linear->gradient_in(scale));
    double learned = worth_a_model && !next ? std::numeric_limits<double>::quiet_NaN() : trial.ratio;
    // Else it was too long.
    if (trial.is_bent && trial.ratio < well_bent) learned = std::min(learned, 0.0);
    if (prospect.is_noise) learned = record.accepted ? neutral_ratio : 0;
    search_.globalization->update(learned, proposal.step);
    if (prospect.is_settled && prospect.is_small)
      search_.converged = Outcome{Status::converged, "the last step changed no unknown by more than " +
                                                         scientific(options_.step_tolerance) + " of it"};
    if (record.accepted) {
      search_.point = std::move(trial.point);
      replace_model(std::move(*next));
      search_.failures = search_.quiet = search_.redrawn = 0;
      search_.only_non_finite = true;
    } else {
      ++search_.failures;
      search_.ever_failed = true;
      search_.only_non_finite = search_.only_non_finite && !std::isfinite(learned);
      if (prospect.is_noise && search_.failures >= noisy_failures && prospect.is_settled)
        search_.converged = Outcome{Status::converged, "the cost cannot fall by more than its rounding errors"};
    }
    std::optional<Outcome> outcome = log_.record(record, best());
    if (!outcome && !record.accepted && options_.observation_rows > 0 && search_.failures % failures_of_a_sketch == 0)
      outcome = redraw();
    return outcome;
  }

  // The last trial, of which no model can be paid for: its cost alone tells whether it is better.
  std::optional<Outcome> end_at(ResidualPoint trial, NonlinearIteration record, Outcome spent) {
    record.accepted = trial.cost < search_.point.cost;
    if (record.accepted) {
      search_.point = std::move(trial);
      search_.linear.reset();
    }
    if (std::optional<Outcome> cancelled = log_.record(record, best())) return cancelled;
    if (std::optional<Outcome> reached = stop(); reached && reached->status == Status::converged) return reached;
    return spent;
  }

  // Another sketch of the observations, since this one leads nowhere.
  std::optional<Outcome> redraw() {
    if (++search_.redrawn > most_redrawn) return hopeless();
    return replace_model();
  }

  // Takes another space, since this one offers nothing.
  std::optional<Outcome> leave_subspace() {
    ++search_.quiet;
    modeller_.record_quiet();
    if (search_.quiet >= telling_subspaces(problem_.unknowns, search_.linear->model.cols()))
      return look_at_all_columns({Status::stalled, "random subspaces offer no step, though single unknowns do"});
    return replace_model();
  }

  std::optional<Outcome> look_at_all_columns(Outcome otherwise) {
    const auto at_start = [this] { return evaluate_at(residual_, problem_, x0_); };
    std::optional<Outcome> outcome = verdict_.look(search_, modeller_, at_start, std::move(otherwise));
    if (outcome) return outcome;
    outcome = replace_model();
    if (!outcome) trust_anew();
    search_.failures = search_.quiet = 0;
    return outcome;
  }

  // Another space, or another sketch, at the same point.
  std::optional<Outcome> replace_model() {
    std::optional<Linearization> next = modeller_.model_at(search_.point, &*search_.linear);
    if (!next) return Outcome{Status::non_finite_input, "J holds a NaN or an infinity at x"};
    replace_model(std::move(*next));
    return std::nullopt;
  }

  // Steps are scaled one way among all unknowns and another in subspaces, so trust starts anew between them.
  void replace_model(Linearization next) {
    const bool other_kind = next.space.whole() != search_.linear->space.whole();
    search_.linear = std::move(next);
    if (!other_kind) return;
    search_.quiet = 0;
    trust_anew();
  }

  const ResidualPoint& best() const {
    return aside_ && aside_->point.cost < search_.point.cost ? aside_->point : search_.point;
  }

  NonlinearFit finish(const Outcome& outcome) { return log_.finish(outcome, std::move(search_.point), search_.linear); }

  const NonlinearProblem& problem_;
  const NonlinearOptions& options_;
  ResidualFunction residual_;
  Modeller modeller_;
  Box box_;
  SolveLog log_;
  SubspaceVerdict verdict_;
  std::vector<double> x0_;
  Search search_;
  std::optional<Search> aside_;  // that another from x0 leaves
  bool began_in_subspaces_ = false;
  bool has_started_over_ = false;
  CrawlWatch watch_;
};

}  // namespace

NonlinearFit nonlinear_least_squares(const NonlinearProblem& problem, std::span<const double> x0,
                                     const NonlinearOptions& options) {
  check_problem(problem, x0, "x0");
  check_options(options);
  check_bounds_fit(problem, options);
  return Solver(problem, x0, options).run();
}

}  // namespace croquis
