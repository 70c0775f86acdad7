#include "solvers/newton/newton_iteration.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/finite.hpp"
#include "solvers/conclude.hpp"
#include "solvers/least_squares_problem.hpp"
#include "solvers/newton/preconditioned_conjugate_gradients.hpp"
#include "solvers/newton/rounding_noise.hpp"

namespace croquis {
namespace {

constexpr double armijo = 1e-4;
constexpr std::int64_t most_trials = 40;
// Values that differ by less than this part may differ by rounding errors alone.
constexpr double rounding = 1e-14;
// What rounding errors may do beyond what a few samples of them showed.
constexpr double noise_factor = 8;
// Of f and of its fall: where rounding errors are larger, the minimum is not found.
constexpr double most_noise = 1e-3;
// Steps that still change predictors by so much, though the gradient is small, and how many of them make a ray likely.
constexpr double escaping_change = 0.3;
constexpr std::int64_t escaping_steps = 3;
// Predictors that moved by more since a preconditioner was made may have changed curvatures by a factor of e^2.
constexpr double stale_change = 2;
// A slope along a step that is still this part of what it was: the curvature was one that is not there.
constexpr double straight_part = 0.5;

double norm(const std::vector<double>& x) { return norm2(static_cast<std::int64_t>(x.size()), x.data()); }

class Iteration {
 public:
  Iteration(NewtonProblem& problem, std::vector<double>& x, const NewtonOptions& options)
      : problem_(problem), x_(x), options_(options), g_(x.size()), z_(x.size()), trial_(x.size()), trial_g_(x.size()) {}

  NewtonReport run(const std::optional<EvaluatedPoint>& reference) {
    report_.value = evaluate(x_, g_);
    report_.gradient_norm = norm(g_);
    report_.initial_value = reference ? reference->value : report_.value;
    report_.initial_gradient_norm = reference ? reference->gradient_norm : report_.gradient_norm;
    report_.error_estimate = std::numeric_limits<double>::quiet_NaN();
    if (!std::isfinite(report_.value) || !std::isfinite(report_.gradient_norm)) {
      report_.status = Status::non_finite_input;
      report_.message = "the function or its gradient is not finite at x0";
    } else {
      problem_.accept();
      iterate();
    }
    report_.passes = problem_.passes();
    report_.seconds = clock_.seconds();
    return std::move(report_);
  }

 private:
  double evaluate(const std::vector<double>& x, std::vector<double>& g) {
    ++report_.evaluations;
    return problem_.evaluate(x.data(), g.data());
  }

  void end(Status status, const std::string& what) {
    report_.status = status;
    report_.message = what + ": |gradient| " + scientific(report_.gradient_norm) + " (" +
                      scientific(report_.initial_gradient_norm) + " at the start) after " +
                      std::to_string(report_.iterations) + " iterations and " + std::to_string(report_.products) +
                      " products with the Hessian";
  }

  void iterate() {
    if (report_.gradient_norm == 0) {
      report_.error_estimate = 0;
      return end(Status::converged, "converged");
    }
    for (;;) {
      const bool fresh = wants_preconditioner_;
      if (fresh) make_preconditioner();
      measure();
      if (first_rho_ == 0) first_rho_ = rho_;
      problem_.set_lent_curvature(std::sqrt(std::min(1.0, rho_ / first_rho_)));
      if (told_by_old_preconditioner()) {
        wants_preconditioner_ = true;
        continue;
      }
      if (finished()) return;
      if (report_.iterations == options_.iteration_limit)
        return end(Status::iteration_limit, "the iteration limit was reached");
      if (!step(fresh)) return;
      if (options_.on_iteration && !options_.on_iteration({report_.history.back(), x_}))
        return end(Status::cancelled, "cancelled by the callback");
    }
  }

  void make_preconditioner() {
    wants_preconditioner_ = false;
    if (options_.preconditioner == NewtonPreconditioner::none) return;
    preconditioner_ = problem_.precondition(options_.seed + static_cast<std::uint64_t>(report_.preconditioners));
    if (preconditioner_ == nullptr) return;
    ++report_.preconditioners;
    report_.preconditioner = preconditioner_->kind();
    previous_rho_ = 0;  // in another norm
    predictor_change_ = 0;
  }

  void apply_preconditioner(const std::vector<double>& g, std::vector<double>& z) const {
    if (preconditioner_ != nullptr) {
      preconditioner_->solve(g.data(), z.data());
    } else {
      z = g;
    }
  }

  // z = M^-1 g, and what it tells of the distance to the minimum: f - f* is about half of g^T H^-1 g.
  void measure() {
    apply_preconditioner(g_, z_);
    rho_ = inner_product(g_, z_);
    if (preconditioner_ != nullptr) report_.error_estimate = rho_ / 2;
  }

  double wanted_gradient_norm() const { return options_.gradient_tolerance * report_.initial_gradient_norm; }
  double value_and_fall() const { return std::abs(report_.value) + std::abs(report_.initial_value - report_.value); }
  double wanted_error() const { return options_.value_tolerance * value_and_fall(); }

  bool small() const {
    return report_.gradient_norm <= wanted_gradient_norm() &&
           (preconditioner_ == nullptr || report_.error_estimate <= wanted_error());
  }
  // Where predictors have moved far, an older preconditioner does not tell how far the minimum is.
  bool told_by_old_preconditioner() const {
    double most = problem_.may_have_no_minimiser() ? stale_change : std::numeric_limits<double>::infinity();
    if (problem_.predictor_change() > escaping_change) most = 0;
    return preconditioner_ != nullptr && small() && predictor_change_ > most;
  }

  bool finished() {
    if (problem_.may_fall_without_end() && problem_.is_ray(x_.data())) {
      end(Status::unbounded, "there is no minimiser, since the data are separable and nothing is penalised");
      return true;
    }
    if (!small()) return false;
    if (escapes()) {
      ++escaping_;
      // Proofs are tried after 3, 6, 12, ... such steps.
      const bool likely = escaping_ % escaping_steps == 0 &&
                          std::has_single_bit(static_cast<std::uint64_t>(escaping_ / escaping_steps));
      return likely && ends_on_a_ray();
    }
    end(Status::converged, "converged");
    return true;
  }

  // Whether f may fall along a ray without end, and the last step was as long as steps along one.
  bool escapes() const { return problem_.may_have_no_minimiser() && problem_.predictor_change() > escaping_change; }
  bool ends_on_a_ray() {
    if (last_step_.empty() || !problem_.is_ray(last_step_.data())) return false;
    end(Status::unbounded, "there is no minimiser: the function falls along a ray without end");
    return true;
  }

  InnerTolerance inner_tolerance() const {
    InnerTolerance tolerance;
    if (previous_rho_ > 0) {
      const double ratio = std::sqrt(rho_ / previous_rho_);
      tolerance.relative = std::clamp(0.5 * std::pow(ratio, 1.5), 1e-8, 0.1);
    }
    tolerance.residual_norm = 0.25 * wanted_gradient_norm();
    tolerance.preconditioned_norm =
        preconditioner_ == nullptr ? std::numeric_limits<double>::infinity() : 0.25 * std::sqrt(2 * wanted_error());
    tolerance.product_limit = options_.products_per_step;
    return tolerance;
  }

  // The equations of a step. Where the preconditioner is of a kind that can be refined, and has cost as much as that
  // would, it is, and the solution goes on from where it is.
  InnerSolution solve_equations(bool& fresh) {
    InnerTolerance tolerance = inner_tolerance();
    tolerance.patience = patience();
    InnerSolution solution = solve_newton_equations(hessian_, preconditioner_.get(), g_, z_, tolerance);
    if (fresh) excess_ += solution.excess;
    std::vector<double> rest(x_.size()), z(x_.size());
    while (solution.gave_up) {
      if (fresh) {
        problem_.refine_preconditioner();
        excess_ = 0;
      }
      fresh = true;
      make_preconditioner();
      measure();
      for (std::size_t i = 0; i < rest.size(); ++i) rest[i] = -solution.residual[i];
      apply_preconditioner(rest, z);
      const double rest_rho = inner_product(rest, z);
      tolerance = inner_tolerance();
      tolerance.relative *= rest_rho > 0 ? std::sqrt(rho_ / rest_rho) : 1;
      tolerance.patience = patience();
      InnerSolution more = solve_newton_equations(hessian_, preconditioner_.get(), rest, z, tolerance);
      excess_ += more.excess;
      if (more.is_newton)
        for (std::size_t i = 0; i < rest.size(); ++i) solution.step[i] += more.step[i];
      solution.products += more.products;
      solution.reduction = more.reduction;
      solution.gave_up = more.gave_up && more.is_newton;
      solution.residual = std::move(more.residual);
    }
    return solution;
  }
  double patience() const { return problem_.refined_preconditioner_cost() - excess_; }

  // One step; false if there is none, and the report then says why.
  bool step(bool fresh) {
    const InnerSolution solution = solve_equations(fresh);
    report_.products += solution.products;
    const double slope = inner_product(g_, solution.step);
    const std::optional<double> length = search(solution, slope);
    if (!length) return false;
    last_step_ = solution.step;
    predictor_change_ += problem_.predictor_change();
    judge_preconditioner(solution, fresh, *length);

    previous_rho_ = rho_;
    ++report_.iterations;
    report_.history.push_back({.iteration = report_.iterations,
                               .value = report_.value,
                               .gradient_norm = report_.gradient_norm,
                               .step_norm = *length * norm(solution.step),
                               .step_length = *length,
                               .decrement = -slope,
                               .products = report_.products,
                               .evaluations = report_.evaluations,
                               .passes = problem_.passes(),
                               .new_preconditioner = fresh && preconditioner_ != nullptr,
                               .seconds = clock_.seconds()});
    return true;
  }

  // Values that differ by less may differ by rounding errors alone.
  double value_noise() const { return std::max(rounding * std::abs(report_.value), noise_factor * noise_.value); }
  // Whether rounding errors of f may be as large as the fall that its slope predicts.
  bool hidden(double predicted) const { return -predicted <= value_noise(); }

  // The part of the step that was taken; if there is none the report says why.
  std::optional<double> search(const InnerSolution& solution, double slope) {
    std::optional<double> length = take(solution.step, slope);
    if (length) return length;
    // What a step promises that saw no curvature says nothing of the distance from a minimum.
    bool at_the_end = solution.is_newton && slope < 0 && hidden(slope / 2);
    if (solution.is_newton && slope < 0 && !at_the_end) {
      noise_ = rounding_noise(problem_, preconditioner_.get(), x_, report_.value, g_, options_.seed);
      report_.evaluations += noise_samples;
      if (hidden(slope)) length = take(solution.step, slope);
      if (length) return length;
      at_the_end = hidden(slope / 2) || rho_ <= noise_factor * noise_.preconditioned;
    }
    // A gradient as small as was asked for is enough where no value is lower.
    at_the_end = at_the_end || report_.gradient_norm <= wanted_gradient_norm();
    if (at_the_end && escapes() && ends_on_a_ray()) return std::nullopt;
    if (!at_the_end) {
      end(Status::stalled, "no step lowers the function");
    } else if (noise_.gradient_norm > 0) {
      const bool much = noise_.value > most_noise * value_and_fall();
      end(much ? Status::noise_limited : Status::converged,
          (much ? "rounding errors hide the minimum, being "
                : "converged as far as rounding errors allow, which are ") +
              scientific(noise_.value) + " in the function and " + scientific(noise_.gradient_norm) +
              " in the gradient");
    } else {
      end(Status::converged, "converged as far as rounding errors allow");
    }
    return std::nullopt;
  }

  // Moves x by the part of the step that Armijo's condition accepts.
  std::optional<double> take(const std::vector<double>& step, double slope) {
    double length = 1;
    for (std::int64_t trial = 0; slope < 0 && trial < most_trials; ++trial) {
      if (trial > 0 && hidden(length * slope)) break;
      double value = 0;
      if (moves(step, length, length * slope, value))
        return problem_.may_lack_curvature() && trial == 0 ? length + moves_on(step, slope) : length;
      // The minimum of the parabola through both values with the slope at x.
      const double rise = value - report_.value - length * slope;
      const double best = std::isfinite(rise) && rise > 0 ? -0.5 * length * slope / rise : 0;
      length *= std::clamp(best, 0.1, 0.5);
    }
    return std::nullopt;
  }

  // Moves x by `length` steps if the value there, which it returns too, is acceptable.
  bool moves(const std::vector<double>& step, double length, double predicted, double& value) {
    for (std::size_t i = 0; i < x_.size(); ++i) trial_[i] = x_[i] + length * step[i];
    value = evaluate(trial_, trial_g_);
    const double trial_norm = norm(trial_g_);
    if (!std::isfinite(value) || !std::isfinite(trial_norm) || !acceptable(value, predicted)) return false;
    x_.swap(trial_);
    g_.swap(trial_g_);
    report_.value = value;
    report_.gradient_norm = trial_norm;
    problem_.accept();
    return true;
  }

  // Goes on along a step while f falls along it nearly as steeply as at its start, twice as far each time. Returns how
  // many steps further.
  double moves_on(const std::vector<double>& step, double slope) {
    double further = 0, value = 0;
    for (double length = 1;; length *= 2) {
      const double now = inner_product(g_, step);
      if (now > straight_part * slope || hidden(length * now) || !moves(step, length, length * now, value))
        return further;
      further += length;
    }
  }

  bool acceptable(double value, double predicted) {
    if (!hidden(predicted)) return value <= report_.value + armijo * predicted;
    // Go by the gradient, in the norm in which steps are short.
    if (std::abs(value - report_.value) > value_noise()) return false;
    std::vector<double> z(x_.size());
    apply_preconditioner(trial_g_, z);
    return inner_product(trial_g_, z) < rho_;
  }

  // Asks for a new preconditioner where the products that the old one takes too many would pay for it within two steps,
  // or where it was made for equations far from here.
  void judge_preconditioner(const InnerSolution& solution, bool fresh, double length) {
    if (preconditioner_ == nullptr || solution.products == 0) return;
    const double products = static_cast<double>(solution.products);
    const double digits = -std::log(std::clamp(solution.reduction, 1e-16, 0.99));
    if (fresh) {
      digits_per_product_ = digits / products;
      return;
    }
    const double excess = products - std::max(1.0, digits / digits_per_product_);
    if (2 * excess > problem_.preconditioner_cost() || length < 0.1) wants_preconditioner_ = true;
  }

  NewtonProblem& problem_;
  const HessianProduct hessian_ = [this](const double* v, double* hv) { problem_.hessian_times(v, hv); };
  std::vector<double>& x_;
  const NewtonOptions& options_;
  const Stopwatch clock_;
  NewtonReport report_;
  std::vector<double> g_, z_, trial_, trial_g_, last_step_;
  std::unique_ptr<Preconditioner> preconditioner_;
  bool wants_preconditioner_ = true;
  double digits_per_product_ = 1;  // of the newest preconditioner, when it was new
  double rho_ = 0;                 // g^T M^-1 g
  double previous_rho_ = 0;
  double first_rho_ = 0;
  RoundingNoise noise_;          // where it was last measured
  double predictor_change_ = 0;  // since the newest preconditioner
  // Products beyond one for each halving of a residual, with preconditioners of the present kind while they were new.
  double excess_ = 0;
  std::int64_t escaping_ = 0;
};

}  // namespace

NewtonReport newton_iteration(NewtonProblem& problem, std::vector<double>& x, const NewtonOptions& options,
                              std::optional<EvaluatedPoint> reference) {
  return Iteration(problem, x, options).run(reference);
}

}  // namespace croquis
