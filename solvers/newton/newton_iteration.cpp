#include "solvers/newton/newton_iteration.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "solvers/conclude.hpp"
#include "solvers/least_squares_problem.hpp"
#include "solvers/newton/newton_equations.hpp"
#include "solvers/newton/newton_line_search.hpp"
#include "solvers/newton/newton_point.hpp"
#include "solvers/newton/newton_report.hpp"

namespace croquis {
namespace {

// Of f and of its fall: where rounding errors are larger, the minimum is not found.
constexpr double most_noise = 1e-3;
// Steps that still change predictors by so much, though the gradient is small, and how many of them make a ray likely.
constexpr double escaping_change = 0.3;
constexpr std::int64_t escaping_steps = 3;
// Predictors that moved by more since a preconditioner was made may have changed curvatures by a factor of e^2.
constexpr double stale_change = 2;

class Iteration {
 public:
  Iteration(NewtonProblem& problem, std::vector<double>& x, const NewtonOptions& options)
      : problem_(problem),
        options_(options),
        point_(problem, x),
        equations_(problem, options),
        line_(problem, point_, equations_, options.seed) {}

  NewtonReport run(const std::optional<EvaluatedPoint>& reference) {
    point_.evaluate();
    report_.initial_value = reference ? reference->value : point_.value();
    report_.initial_gradient_norm = reference ? reference->gradient_norm : point_.gradient_norm();
    report_.error_estimate = std::numeric_limits<double>::quiet_NaN();
    if (!point_.is_finite()) {
      set_numbers();
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
  void end(Status status, const std::string& what) {
    set_numbers();
    const bool by_gradient = status == Status::converged && point_.gradient_norm() > 0 && !equations_.tells_error();
    conclude(report_, status, what + (by_gradient ? ", by the gradient alone" : ""));
  }

  // At the point that is returned.
  void set_numbers() {
    report_.value = point_.value();
    report_.gradient_norm = point_.gradient_norm();
    report_.evaluations = point_.evaluations();
    report_.products = equations_.products();
    report_.preconditioners = equations_.preconditioners();
    if (equations_.preconditioner() != nullptr) report_.preconditioner = equations_.preconditioner()->kind();
    if (equations_.tells_error()) report_.error_estimate = equations_.rho_of(point_.gradient()) / 2;
  }

  void iterate() {
    if (point_.gradient_norm() == 0) {
      report_.error_estimate = 0;
      return end(Status::converged, "converged");
    }
    double first_rho = 0;
    for (;;) {
      equations_.prepare(point_.gradient());
      if (first_rho == 0) first_rho = equations_.rho();
      problem_.set_lent_curvature(std::sqrt(std::min(1.0, equations_.rho() / first_rho)));
      if (told_by_old_preconditioner()) {
        equations_.want_preconditioner();
        continue;
      }
      if (finished()) return;
      if (report_.iterations == options_.iteration_limit)
        return end(Status::iteration_limit, "the iteration limit was reached");
      if (!step()) return;
      if (options_.on_iteration && !options_.on_iteration({report_.history.back(), point_.x()}))
        return end(Status::cancelled, "cancelled by the callback");
    }
  }

  double value_and_fall() const { return std::abs(point_.value()) + std::abs(report_.initial_value - point_.value()); }
  WantedAccuracy wanted() const {
    return {.gradient_norm = options_.gradient_tolerance * report_.initial_gradient_norm,
            .error = options_.value_tolerance * value_and_fall()};
  }

  bool small() const {
    return point_.gradient_norm() <= wanted().gradient_norm &&
           (equations_.preconditioner() == nullptr || equations_.rho() / 2 <= wanted().error);
  }
  // Where predictors have moved far, an older preconditioner does not tell how far the minimum is.
  bool told_by_old_preconditioner() const {
    double most = problem_.may_have_no_minimiser() ? stale_change : std::numeric_limits<double>::infinity();
    if (problem_.predictor_change() > escaping_change) most = 0;
    return equations_.preconditioner() != nullptr && small() && equations_.predictor_change() > most;
  }

  bool finished() {
    if (problem_.may_fall_without_end() && problem_.is_ray(point_.x().data())) {
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

  // One step; false if there is none, and the report then says why.
  bool step() {
    const InnerSolution solution = equations_.solve(point_.gradient(), wanted());
    const double slope = inner_product(point_.gradient(), solution.step);
    const std::optional<double> length = search(solution, slope);
    if (!length) return false;
    last_step_ = solution.step;
    equations_.learn(solution, *length);

    ++report_.iterations;
    report_.history.push_back({.iteration = report_.iterations,
                               .value = point_.value(),
                               .gradient_norm = point_.gradient_norm(),
                               .step_norm = *length * two_norm(solution.step),
                               .step_length = *length,
                               .decrement = -slope,
                               .products = equations_.products(),
                               .evaluations = point_.evaluations(),
                               .passes = problem_.passes(),
                               .new_preconditioner = equations_.fresh(),
                               .seconds = clock_.seconds()});
    return true;
  }

  // The part of the step that was taken; if there is none the report says why.
  std::optional<double> search(const InnerSolution& solution, double slope) {
    std::optional<double> length = line_.take(solution.step, slope);
    if (length) return length;
    // What a step promises that saw no curvature says nothing of the distance from a minimum.
    bool at_the_end = solution.is_newton && slope < 0 && line_.hidden(slope / 2);
    if (solution.is_newton && slope < 0 && !at_the_end) {
      line_.measure_noise();
      if (line_.hidden(slope)) length = line_.take(solution.step, slope);
      if (length) return length;
      at_the_end = line_.hidden(slope / 2) || line_.gradient_is_noise();
    }
    // A gradient as small as was asked for is enough where no value is lower.
    at_the_end = at_the_end || point_.gradient_norm() <= wanted().gradient_norm;
    if (at_the_end && escapes() && ends_on_a_ray()) return std::nullopt;
    if (!at_the_end) {
      end(Status::stalled, "no step lowers the function");
    } else {
      end_by_rounding();
    }
    return std::nullopt;
  }

  void end_by_rounding() {
    const RoundingNoise& noise = line_.noise();
    if (noise.gradient_norm == 0) return end(Status::converged, "converged as far as rounding errors allow");
    const bool much = noise.value > most_noise * value_and_fall();
    end(much ? Status::noise_limited : Status::converged,
        (much ? "rounding errors hide the minimum, being " : "converged as far as rounding errors allow, which are ") +
            scientific(noise.value) + " in the function and " + scientific(noise.gradient_norm) + " in the gradient");
  }

  NewtonProblem& problem_;
  const NewtonOptions& options_;
  const Stopwatch clock_;
  NewtonReport report_;
  NewtonPoint point_;
  NewtonEquations equations_;
  NewtonLineSearch line_;
  std::vector<double> last_step_;
  std::int64_t escaping_ = 0;
};

}  // namespace

NewtonReport newton_iteration(NewtonProblem& problem, std::vector<double>& x, const NewtonOptions& options,
                              std::optional<EvaluatedPoint> reference) {
  return Iteration(problem, x, options).run(reference);
}

}  // namespace croquis
