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
#include "solvers/nonlinear/crawl_watch.hpp"
#include "solvers/nonlinear/globalization.hpp"
#include "solvers/nonlinear/modeller.hpp"
#include "solvers/nonlinear/nonlinear_options.hpp"
#include "solvers/nonlinear/proposal.hpp"

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
// Then the gradient may promise no more than so many times the rounding errors, which are not known better, or than
// this part of the cost; else short steps fail for want of a right J.
constexpr double wide = 100;
constexpr double negligible = 1e-8;
constexpr double least_exact = std::numeric_limits<double>::min() / roundoff;  // a column this small has lost digits
constexpr double least_weight = 1e-6;  // of a regularization, beside ||gradient|| / ||step||
// A step whose ratio is below is bent, by at most this part of its length.
constexpr double worth_bending = 0.25;
constexpr double most_bending = 0.75;
constexpr double well_bent = 0.75;
// Sketched observations: failures after which another sketch is drawn, and how often in a row.
constexpr std::int64_t failures_of_a_sketch = 3;
constexpr std::int64_t most_redrawn = 10;
// Looks at all columns that may contradict what subspaces say.
constexpr std::int64_t most_surveys = 5;
constexpr double initial_radius_factor = 0.1;  // times ||D x0||
constexpr double reliable = 0.5;               // ratio of a first step
constexpr int most_shortened = 10;
constexpr double least_radius_factor = 1e-6;  // times the gradient's norm: x0 may be all but zero

struct Outcome {
  Status status;
  std::string message;
};

class Solver {
 public:
  Solver(const NonlinearProblem& problem, std::span<const double> x0, const NonlinearOptions& options)
      : problem_(problem),
        options_(options),
        residual_(problem, options.evaluation_limit),
        modeller_(problem, options, residual_),
        box_(problem),
        x0_(x0.begin(), x0.end()) {
    point_ = evaluate_first(residual_, problem, x0_);
    report_.initial_cost = point_.cost;
  }

  NonlinearFit run() {
    std::optional<Outcome> outcome = within_budget([&] { return start(); });
    for (;;) {
      while (!outcome && !(outcome = stop())) {
        outcome = within_budget([&] { return iterate(); });
        if (!outcome && is_crawling() && !stop()) outcome = within_budget([&] { return start_over(); });
      }
      if (!aside_ || !(aside_->point.cost < point_.cost)) return finish(*outcome);
      take_up(std::move(*aside_));
      aside_.reset();
      if (outcome->status == Status::cancelled) return finish(*outcome);
      outcome.reset();
    }
  }

 private:
  // What another search from x0 leaves aside.
  struct Search {
    ResidualPoint point;
    std::optional<Linearization> linear;
    std::unique_ptr<Globalization> globalization;
  };

  void take_up(Search search) {
    point_ = std::move(search.point);
    linear_ = std::move(search.linear);
    globalization_ = std::move(search.globalization);
    ahead_.reset();
    converged_.reset();
    failures_ = quiet_ = redrawn_ = cut_steps_ = 0;
    only_non_finite_ = true;
    ever_failed_ = false;
  }

  // What `work` returns; or that a limit ended it, before it changed anything of the search.
  template <class Work>
  static std::optional<Outcome> within_budget(const Work& work) {
    try {
      return work();
    } catch (const BudgetSpent& spent) {
      return Outcome{Status::evaluation_limit, spent.message};
    }
  }

  // Whether steps among all unknowns, from where subspaces led, lower neither the cost nor the gradient to speak of.
  bool is_crawling() {
    return began_in_subspaces_ && !has_started_over_ && linear_->space.whole() &&
           watch_.crawls(point_.cost, linear_->steps.gradient_norm());
  }

  // Subspaces may lead into a valley, or a region of poor models, that steps among all unknowns from x0 never see. They
  // are tried; what was reached so far stays aside.
  std::optional<Outcome> start_over() {
    has_started_over_ = true;
    Search search{evaluate_at(residual_, problem_, x0_), std::nullopt, nullptr};
    search.linear = modeller_.model_at(search.point, nullptr);
    if (!search.linear) return std::nullopt;
    aside_ = Search{std::move(point_), std::move(linear_), std::move(globalization_)};
    take_up(std::move(search));
    globalization_ = make_globalization(options_.globalization, initial_parameter());
    shorten_first_step();
    return std::nullopt;
  }

  // J at x0.
  std::optional<Outcome> start() {
    if (!std::isfinite(point_.cost))
      return Outcome{Status::non_finite_input, "r holds a NaN or an infinity at x0" + first_non_finite()};
    modeller_.measure_in(units_of_subspaces(problem_, x0_));
    linear_ = modeller_.model_at(point_, nullptr);
    if (!linear_) return Outcome{Status::non_finite_input, "J holds a NaN or an infinity at x0"};
    began_in_subspaces_ = !linear_->space.whole();
    globalization_ = make_globalization(options_.globalization, initial_parameter());
    shorten_first_step();
    return std::nullopt;
  }

  // A first radius is a guess. Where the model is wrong about a step of that length, half of it may lead lower: that
  // costs a residual, and which of several minima is found depends on this step most.
  void shorten_first_step() {
    if (!linear_->space.whole() || stop()) return;
    for (int shortened = 0; shortened <= most_shortened && !out_of_evaluations(); ++shortened) {
      const Proposal proposal = next_proposal();
      ResidualPoint trial = evaluate_at(residual_, problem_, proposal.x);
      const bool is_longest = shortened == 0;
      if (!is_longest && !(trial.cost < ahead_->cost)) {
        globalization_ = make_globalization(options_.globalization, ahead_parameter_);
        return;
      }
      const double ratio = ratio_of(trial, proposal.expected);
      ahead_ = std::move(trial);
      ahead_parameter_ = globalization_->parameter();
      if (!(ratio < reliable)) return;
      globalization_->update(0, proposal.step);
    }
    if (ahead_) globalization_ = make_globalization(options_.globalization, ahead_parameter_);
  }

  std::string first_non_finite() const {
    for (std::size_t i = 0; i < point_.r.size(); ++i)
      if (!std::isfinite(point_.r[i])) return ", first in entry " + std::to_string(i);
    return ": its norm overflows";
  }

  double initial_parameter() const {
    if (options_.initial_radius > 0) return options_.initial_radius * unit_of_parameter();
    const double radius = initial_radius();
    if (options_.globalization == NonlinearGlobalization::trust_region) return radius;
    // The weight that gives a step of that length: then scaling r changes no iterate.
    const DampedStep step = linear_->steps.within(radius);
    if (!(step.norm > 0)) return 1;
    const double sigma = std::max(step.lambda, least_weight * linear_->steps.gradient_norm() / step.norm);
    return options_.globalization == NonlinearGlobalization::cubic_regularization ? sigma / step.norm : sigma;
  }

  double unit_of_parameter() const {
    return residual_.unit().of_parameter(options_.globalization, !linear_->space.whole());
  }

  double initial_radius() const {
    const double norm = linear_->scaled_norm(point_.x);
    if (norm > 0) return std::max(initial_radius_factor * norm, least_radius_factor * linear_->steps.gradient_norm());
    // An x0 of zeros tells no scale, the model does. Too long a step costs a residual, too short ones Jacobians.
    const double longest = linear_->steps.at(linear_->steps.least_lambda()).norm;
    return longest > 0 && std::isfinite(longest) ? longest : 1;
  }

  // What ends the solve before another step.
  std::optional<Outcome> stop() const {
    if (point_.cost < std::numeric_limits<double>::min()) {
      const double norm = point_.residual_norm();
      if (norm == 0 || (residual_.unit().scale() >= 1 && norm <= negligible * std::sqrt(2 * report_.initial_cost)))
        return Outcome{Status::converged, "the residual is zero"};
      return Outcome{Status::accuracy_not_reached, "the residual is not zero, but so small that its square is"};
    }
    if (std::sqrt(point_.cost) <= options_.residual_tolerance * std::sqrt(report_.initial_cost))
      return Outcome{Status::converged,
                     "the residual is zero to " + scientific(options_.residual_tolerance) + " of that at x0"};
    if (linear_ && linear_->space.whole() && linear_->orthogonality <= options_.gradient_tolerance)
      return Outcome{Status::converged,
                     "the residual is orthogonal to J's columns, to " + scientific(linear_->orthogonality)};
    if (converged_) return converged_;
    if (report_.iterations >= options_.iteration_limit)
      return Outcome{Status::iteration_limit, "stopped after " + std::to_string(report_.iterations) + " iterations"};
    // What is evaluated already may be the best point of all.
    if (out_of_evaluations() && !ahead_)
      return Outcome{Status::evaluation_limit,
                     "stopped after " + std::to_string(residual_.evaluations()) + " evaluations of the residual"};
    if (failures_ >= most_failures) return hopeless();
    return std::nullopt;
  }

  bool out_of_evaluations() const { return residual_.budget().left() <= 0; }

  // Whether there were failures since the last step taken, and all for want of numbers.
  bool met_only_non_finite() const { return failures_ > 0 && only_non_finite_; }

  Outcome hopeless() const {
    if (met_only_non_finite())
      return {Status::non_finite_input, "r or J holds a NaN or an infinity at every step tried from x"};
    if (options_.observation_rows > 0)
      return {Status::accuracy_not_reached, "sketches of the observations lead no further down: r does not vanish"};
    return {Status::stalled, "no step from x lowers the cost, however short, and x is not stationary: J may be wrong"};
  }

  Proposal next_proposal() const { return propose(point_.x, *linear_, *globalization_, box_); }

  // One step: tried, judged, taken or not.
  std::optional<Outcome> iterate() {
    auto [step, x, expected, is_cut] = next_proposal();
    // Bounds may cut from a step all that was good of it. Short ones follow the gradient, and lose nothing of that.
    if (is_cut && expected <= 0 && cut_steps_++ < most_failures) {
      ever_failed_ = true;
      globalization_->update(0, step);
      ahead_.reset();
      return std::nullopt;
    }
    cut_steps_ = 0;
    const double noise = noise_of(linear_->rounding_reach(point_.x));
    const bool is_noise = expected <= noise;
    std::vector<double> moved = difference(x, point_.x);
    const bool is_small = is_short(moved, point_.x, options_.step_tolerance);
    const bool in_subspace = !linear_->space.whole();
    // A first radius may be so short that nothing can be told of it; only failures make short steps mean something.
    if ((is_noise || is_small) && !ever_failed_ && is_held_back(step)) {
      const double before = globalization_->parameter();
      globalization_->update(1, step);
      if (globalization_->parameter() != before) {
        ahead_.reset();
        return std::nullopt;
      }
    }
    if ((is_noise || is_small) && (failures_ >= telling_failures || met_only_non_finite())) return hopeless();
    const bool is_settled = (is_small && wants_short_step()) || (is_noise && promises_nothing(noise));
    if (in_subspace && (is_settled || linear_->orthogonality <= options_.gradient_tolerance)) return leave_subspace();
    if (in_subspace && (is_noise || is_small)) return look_at_all_columns(hopeless());

    ResidualPoint trial =
        ahead_ && ahead_->x == x ? std::move(*ahead_) : evaluate_at(residual_, problem_, std::move(x));
    ahead_.reset();
    double ratio = ratio_of(trial, expected);
    bool is_bent = false;
    if (!is_noise && ratio < worth_bending) {
      if (std::optional<ResidualPoint> bent = bend(step, trial)) {
        moved = difference(bent->x, point_.x);
        trial = std::move(*bent);
        ratio = ratio_of(trial, expected);
        is_bent = true;
      }
    }
    const double change = point_.cost - trial.cost;
    const double step_norm = norm2(static_cast<std::int64_t>(moved.size()), moved.data());

    NonlinearIteration record{.cost_change = std::isfinite(trial.cost) ? change : ratio,
                              .gradient_norm = linear_->gradient_norm(),
                              .step_norm = step_norm,
                              .ratio = ratio,
                              .radius = globalization_->parameter() / unit_of_parameter(),
                              .dimensions = linear_->steps.cols()};
    // Where the cost tells no more, the gradient does.
    const bool worth_a_model = is_noise ? std::abs(change) <= 4 * noise : ratio >= least_ratio;
    if (in_subspace) modeller_.record(point_.cost, worth_a_model ? trial.cost : point_.cost);
    std::optional<Linearization> next;
    if (worth_a_model && in_subspace) modeller_.remember(moved);
    if (worth_a_model) {
      const std::optional<Outcome> spent = within_budget([&]() -> std::optional<Outcome> {
        next = modeller_.model_at(trial, &*linear_);
        return std::nullopt;
      });
      if (spent) return end_at(std::move(trial), record, *spent);
    }
    record.accepted =
        next && (!is_noise || next->gradient_in(linear_->scale) <= shrinking * linear_->gradient_in(linear_->scale));
    double learned = worth_a_model && !next ? std::numeric_limits<double>::quiet_NaN() : ratio;
    // Unless curvature explains all that was wrong with the step, it was too long.
    if (is_bent && ratio < well_bent) learned = std::min(learned, 0.0);
    if (is_noise) learned = record.accepted ? neutral_ratio : 0;
    globalization_->update(learned, step);
    if (is_settled && is_small)
      converged_ = Outcome{Status::converged, "the last step changed no unknown by more than " +
                                                  scientific(options_.step_tolerance) + " of it"};
    if (record.accepted) {
      point_ = std::move(trial);
      replace_model(std::move(*next));
      failures_ = quiet_ = redrawn_ = 0;
      only_non_finite_ = true;
    } else {
      ++failures_;
      ever_failed_ = true;
      only_non_finite_ = only_non_finite_ && !std::isfinite(learned);
      if (is_noise && failures_ >= noisy_failures && is_settled)
        converged_ = Outcome{Status::converged, "the cost cannot fall by more than its rounding errors"};
    }
    std::optional<Outcome> outcome = log(record);
    if (!outcome && !record.accepted && options_.observation_rows > 0 && failures_ % failures_of_a_sketch == 0)
      outcome = redraw();
    return outcome;
  }

  // The last trial, of which no model can be paid for: its cost alone tells whether it is better.
  std::optional<Outcome> end_at(ResidualPoint trial, NonlinearIteration record, Outcome spent) {
    record.accepted = trial.cost < point_.cost;
    if (record.accepted) {
      point_ = std::move(trial);
      linear_.reset();
    }
    if (std::optional<Outcome> cancelled = log(record)) return cancelled;
    if (std::optional<Outcome> reached = stop(); reached && reached->status == Status::converged) return reached;
    return spent;
  }

  // Another sketch of the observations, since this one leads nowhere.
  std::optional<Outcome> redraw() {
    if (++redrawn_ > most_redrawn) return hopeless();
    std::optional<Linearization> next = modeller_.model_at(point_, &*linear_);
    if (!next) return Outcome{Status::non_finite_input, "J holds a NaN or an infinity at x"};
    linear_ = std::move(next);
    return std::nullopt;
  }

  double ratio_of(const ResidualPoint& trial, double expected) const {
    return std::isfinite(trial.cost) ? (point_.cost - trial.cost) / expected : std::numeric_limits<double>::quiet_NaN();
  }

  // A trial that the curvature of the residuals led astray shows it: the step bent accordingly, if that is a small
  // correction of it and lowers the cost further. Costs a residual, and a pass over J or J V.
  std::optional<ResidualPoint> bend(const DampedStep& step, const ResidualPoint& trial) {
    if (!box_.unbounded() || out_of_evaluations()) return std::nullopt;
    const std::optional<std::vector<double>> gradient = modeller_.gradient_of(trial.r, point_, *linear_);
    if (!gradient) return std::nullopt;
    std::vector<double> z = linear_->steps.bend(step, *gradient);
    if (!(norm2(static_cast<std::int64_t>(z.size()), z.data()) <= most_bending * step.norm)) return std::nullopt;
    for (std::size_t k = 0; k < z.size(); ++k) z[k] += step.z[k];
    std::vector<double> x = linear_->step_in_x(z);
    for (std::size_t j = 0; j < x.size(); ++j) x[j] += point_.x[j];
    ResidualPoint bent = evaluate_at(residual_, problem_, std::move(x));
    if (!(bent.cost < trial.cost)) return std::nullopt;
    return bent;
  }

  bool is_held_back(const DampedStep& step) const {
    return step.norm < linear_->steps.at(linear_->steps.least_lambda()).norm / 2;
  }

  // Whether the model itself, and not the trust in it, wants no longer step.
  bool wants_short_step() const {
    const std::vector<double> z = linear_->steps.at(linear_->steps.least_lambda()).z;
    return is_short(linear_->step_in_x(z), point_.x, options_.step_tolerance);
  }

  // Whether the gradient has no more to promise than rounding errors, or than a negligible part of the cost, to a step
  // along it (in a subspace: along one direction) that is not held back. Scaled by D, since a column that vanishes at
  // the minimum need not be orthogonal to r.
  bool promises_nothing(double noise) const {
    const double projection =
        linear_->space.whole() ? linear_->steps.gradient_norm() : linear_->orthogonality * point_.residual_norm();
    return projection * projection / 2 <= std::max(wide * noise, negligible * point_.cost);
  }

  // Rounding x alone, which r reaches so many roundoffs of, changes the cost as much.
  double noise_of(double reach) const { return 4 * roundoff * (point_.residual_norm() * reach + point_.cost); }

  // Takes another space, since this one offers nothing.
  std::optional<Outcome> leave_subspace() {
    ++quiet_;
    modeller_.record_quiet();
    if (quiet_ >= quiet_limit())
      return look_at_all_columns({Status::stalled, "random subspaces offer no step, though single unknowns do"});
    return replace_model();
  }

  // Enough that a direction of descent would have shown in one of them.
  std::int64_t quiet_limit() const { return std::max<std::int64_t>(3, 2 * problem_.unknowns / linear_->model.cols()); }

  // What random subspaces say is not believed before all columns of J were seen, which cost as many. Where those show
  // descent, the next subspace holds it. They show as well in which units unknowns act alike: directions that a few
  // unknowns dominate hide the others.
  std::optional<Outcome> look_at_all_columns(Outcome otherwise) {
    const JacobianSurvey survey = modeller_.survey(point_);
    if (!survey.finite()) return Outcome{Status::non_finite_input, "J holds a NaN or an infinity at x"};
    double reach = 0;
    std::vector<double> units = survey.column_norms;
    std::vector<double> descent = survey.gradient;
    for (std::size_t j = 0; j < units.size(); ++j) {
      reach = std::hypot(reach, units[j] * point_.x[j]);
      // Next to an unknown that r does not depend on, however large, the others must not seem lost in rounding errors.
      units[j] = units[j] > 0 ? 1 / units[j] : std::max(1.0, std::abs(point_.x[j]));
      descent[j] = -descent[j] * units[j] * units[j];
    }
    // Were the units of directions those of this point, the subspace could not reach further than so many times.
    const double most = std::sqrt(static_cast<double>(units.size()));
    if (surveys_ > 0) reach = std::clamp(linear_->rounding_reach(point_.x), reach, most * reach);
    if (survey.most_promising() <= std::max(wide * noise_of(reach), negligible * point_.cost))
      return Outcome{Status::converged, "in " + std::to_string(std::max<std::int64_t>(quiet_, 1)) +
                                            " random subspaces in a row of " + std::to_string(linear_->model.cols()) +
                                            " dimensions no step is left to take, nor in one unknown alone"};
    if (++surveys_ > most_surveys) return otherwise;
    modeller_.measure_in(std::move(units));
    modeller_.include(std::move(descent));
    std::optional<Outcome> outcome = replace_model();
    if (!outcome) globalization_ = make_globalization(options_.globalization, initial_parameter());
    failures_ = quiet_ = 0;
    return outcome;
  }

  // Another space at the same point.
  std::optional<Outcome> replace_model() {
    std::optional<Linearization> next = modeller_.model_at(point_, &*linear_);
    if (!next) return Outcome{Status::non_finite_input, "J holds a NaN or an infinity at x"};
    replace_model(std::move(*next));
    return std::nullopt;
  }

  // Steps are scaled one way among all unknowns and another in subspaces, so trust starts anew between them.
  void replace_model(Linearization next) {
    const bool other_kind = next.space.whole() != linear_->space.whole();
    linear_ = std::move(next);
    if (!other_kind) return;
    quiet_ = 0;
    globalization_ = make_globalization(options_.globalization, initial_parameter());
  }

  std::optional<Outcome> log(NonlinearIteration record) {
    record.iteration = ++report_.iterations;
    const ResidualPoint& best = aside_ && aside_->point.cost < point_.cost ? aside_->point : point_;
    const ResidualUnit& unit = residual_.unit();
    record.cost = unit.reported(best.cost);
    record.cost_change = unit.reported(record.cost_change);
    record.gradient_norm = unit.reported(record.gradient_norm);
    record.residual_evaluations = residual_.evaluations();
    record.jacobian_columns = modeller_.columns();
    record.seconds = clock_.seconds();
    report_.history.push_back(record);
    if (!options_.on_iteration) return std::nullopt;
    NonlinearProgress shown;
    static_cast<NonlinearIteration&>(shown) = record;
    shown.x = best.x;
    if (options_.on_iteration(shown)) return std::nullopt;
    return Outcome{Status::cancelled, "cancelled by the callback"};
  }

  NonlinearFit finish(const Outcome& outcome) {
    NonlinearFit fit;
    static_cast<NonlinearReport&>(fit) = std::move(report_);
    fit.status = outcome.status;
    fit.message = (fit.solved() ? "solved: " : "not solved: ") + outcome.message;
    fit.initial_cost = residual_.unit().reported(fit.initial_cost);
    fit.cost = residual_.unit().reported(point_.cost);
    if (linear_) {
      if (fit.solved() && point_.cost > 0 && linear_->least_column_norm() < least_exact * residual_.unit().scale()) {
        fit.status = Status::accuracy_not_reached;
        fit.message = "not solved: stationary for all J tells, but entries of J are so small that they have few digits";
      }
      fit.gradient_norm = residual_.unit().reported(linear_->gradient_norm());
      fit.orthogonality = linear_->orthogonality;
      fit.rank = linear_->steps.rank();
      fit.dimensions = linear_->steps.cols();
      if (fit.solved() && fit.rank < fit.dimensions && linear_->space.whole())
        fit.message += "; J has rank " + std::to_string(fit.rank) + " of " + std::to_string(fit.dimensions);
    } else {
      fit.gradient_norm = fit.orthogonality = std::numeric_limits<double>::quiet_NaN();
    }
    fit.residual_evaluations = residual_.evaluations();
    fit.jacobian_columns = modeller_.columns();
    fit.seconds = clock_.seconds();
    fit.x = std::move(point_.x);
    fit.residuals = std::move(point_.r);
    return fit;
  }

  const NonlinearProblem& problem_;
  const NonlinearOptions& options_;
  Stopwatch clock_;
  ResidualFunction residual_;
  Modeller modeller_;
  Box box_;
  std::vector<double> x0_;
  ResidualPoint point_;
  std::optional<Linearization> linear_;
  std::unique_ptr<Globalization> globalization_;
  NonlinearReport report_;
  std::optional<Outcome> converged_;
  std::optional<ResidualPoint> ahead_;  // the first step, evaluated where its length was chosen
  double ahead_parameter_ = 0;
  std::optional<Search> aside_;
  std::int64_t surveys_ = 0;  // that contradicted subspaces
  bool began_in_subspaces_ = false;
  bool has_started_over_ = false;
  CrawlWatch watch_;
  std::int64_t failures_ = 0;   // since the last step taken
  std::int64_t quiet_ = 0;      // subspaces in a row that offered nothing
  std::int64_t redrawn_ = 0;    // sketches of the observations since the last step taken
  std::int64_t cut_steps_ = 0;  // in a row, not worth trying
  bool only_non_finite_ = true;
  bool ever_failed_ = false;
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
