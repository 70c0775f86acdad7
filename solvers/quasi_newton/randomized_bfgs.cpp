#include <croquis/solvers/randomized_bfgs.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include <croquis/errors.hpp>

#include "linalg/blas.hpp"
#include "linalg/dot.hpp"
#include "linalg/finite.hpp"
#include "linalg/scale_rows.hpp"
#include "solvers/least_squares_problem.hpp"
#include "solvers/newton/newton_report.hpp"
#include "solvers/newton/objective_check.hpp"
#include "solvers/newton/preconditioned_conjugate_gradients.hpp"
#include "solvers/nonlinear/step_space.hpp"
#include "solvers/quasi_newton/explicit_inverse.hpp"
#include "solvers/quasi_newton/factored_inverse.hpp"
#include "solvers/quasi_newton/limited_memory_inverse.hpp"
#include "solvers/quasi_newton/line_search.hpp"
#include "solvers/quasi_newton/randomized_bfgs_options.hpp"

namespace croquis {
namespace {

constexpr std::int64_t most_full_unknowns = 2000;
// An inverse takes some ten times n products however they are grouped, and larger groups fewer evaluations between
// them; but products far from the minimum are of no lasting use. Limited memory pays for each direction.
constexpr std::int64_t blocks_for_all = 10;
constexpr std::int64_t most_limited_directions = 10;

class Iteration {
 public:
  Iteration(const Objective& objective, const RandomizedBfgsOptions& options, RandomizedBfgsFit& fit)
      : objective_(objective),
        options_(options),
        fit_(fit),
        n_(objective.unknowns),
        g_(fit.x.size()),
        trial_(fit.x.size()),
        trial_g_(fit.x.size()) {
    fit_.memory = options.memory;
    if (fit_.memory == InverseMemory::automatic)
      fit_.memory = n_ <= most_full_unknowns ? InverseMemory::full : InverseMemory::limited;
    const std::int64_t directions = options.directions > 0 ? options.directions : chosen_directions();
    sequence_.emplace(options.family, options.nonzeros, n_, std::min(n_, directions), options.seed);
  }

  void run() {
    fit_.value = fit_.initial_value = evaluate(fit_.x, g_);
    fit_.gradient_norm = fit_.initial_gradient_norm = two_norm(g_);
    if (!std::isfinite(fit_.value) || !std::isfinite(fit_.gradient_norm)) {
      fit_.status = Status::non_finite_input;
      fit_.message = "the function or its gradient is not finite at x0";
    } else {
      iterate();
    }
    fit_.error_estimate = error_estimate();
    fit_.passes = static_cast<double>(fit_.evaluations + blocks_);
    fit_.seconds = clock_.seconds();
  }

 private:
  std::int64_t chosen_directions() const {
    const std::int64_t root = rounded_root(n_);
    return fit_.memory == InverseMemory::full ? std::max(root, n_ / blocks_for_all)
                                              : std::min(root, most_limited_directions);
  }

  double evaluate(const std::vector<double>& x, std::vector<double>& g) {
    ++fit_.evaluations;
    return croquis::evaluate(objective_, x, g);
  }

  // Half of g^T B g at x.
  double error_estimate() const {
    if (fit_.gradient_norm == 0) return 0;
    if (inverse_ == nullptr) return std::numeric_limits<double>::quiet_NaN();
    const Matrix<double> step = inverse_->multiply(column_major(g_.data(), n_, 1)).s;
    return inner_product(g_, {step.entries().begin(), step.entries().end()}) / 2;
  }

  void end(Status status, const std::string& what) { conclude(fit_, status, what); }

  void iterate() {
    for (;;) {
      if (fit_.gradient_norm <= options_.gradient_tolerance * fit_.initial_gradient_norm)
        return end(Status::converged, "converged");
      if (fit_.iterations == options_.iteration_limit)
        return end(Status::iteration_limit, "the iteration limit was reached");
      learn();
      if (!step()) return;
      if (options_.on_iteration && !options_.on_iteration({fit_.history.back(), fit_.x}))
        return end(Status::cancelled, "cancelled by the callback");
    }
  }

  Matrix<double> products(const Matrix<double>& s) {
    Matrix<double> hs = Matrix<double>::uninitialized(s.rows(), s.cols());
    hessian_times(objective_, fit_.x, s.view(), hs.view());
    fit_.products += s.cols();
    ++blocks_;
    return hs;
  }

  // Updates B by a block of products at x.
  void learn() {
    fresh_ = inverse_ == nullptr;
    if (fresh_) return start(sequence_->next());
    Directions directions = inverse_->draw(sequence_->next());
    if (options_.previous_step) directions = joined(last_step_, directions);
    const Matrix<double> hs = products(directions.s);
    take_up(curvature_block(directions, hs));
  }

  void take_up(CurvatureBlock block) {
    fit_.dropped_directions += block.dropped;
    inverse_->update(std::move(block));
  }

  // B = gamma P before the first block, P = I or the inverse of the diagonal: S = P^1/2 V, and gamma is the inverse of
  // the root mean square of the curvature P^1/2 H P^1/2 on V.
  void start(const DrawnBlock& drawn) {
    std::vector<double> root(g_.size(), 1.0);
    for (std::size_t i = 0; i < options_.diagonal.size(); ++i) root[i] = 1 / std::sqrt(options_.diagonal[i]);
    Matrix<double> v = draw_directions(drawn.family, n_, drawn.first, drawn.count, drawn.seed);
    Directions directions{Matrix<double>::uninitialized(n_, drawn.count), Matrix<double>(n_, 0)};
    scale_rows<double>(root.data(), v.view(), directions.s.view());
    const Matrix<double> hs = products(directions.s);
    Matrix<double> scaled = Matrix<double>::uninitialized(n_, drawn.count);
    scale_rows<double>(root.data(), hs.view(), scaled.view());
    double gamma = norm2(n_ * drawn.count, v.data()) / norm2(n_ * drawn.count, scaled.data());
    if (!(gamma > 0 && std::isfinite(gamma))) gamma = 1 / fit_.gradient_norm;  // a step of length one for P = I
    std::vector<double> diagonal(root.size());
    for (std::size_t i = 0; i < root.size(); ++i) diagonal[i] = gamma * root[i] * root[i];
    if (fit_.memory == InverseMemory::limited) {
      inverse_ = std::make_unique<LimitedMemoryInverse>(std::move(diagonal), options_.blocks, options_.conditioned);
    } else if (options_.conditioned) {
      inverse_ = std::make_unique<FactoredInverse>(diagonal);
      for (double& entry : v.entries()) entry /= std::sqrt(gamma);
      directions.coordinates = std::move(v);
    } else {
      inverse_ = std::make_unique<ExplicitInverse>(diagonal);
    }
    take_up(curvature_block(directions, hs));
  }

  // One step; false if there is none, and the report then says why.
  bool step() {
    last_step_ = inverse_->multiply(column_major(std::as_const(g_).data(), n_, 1));
    for (double& entry : last_step_.s.entries()) entry = -entry;
    const std::span<const double> p = last_step_.s.entries();
    double slope = 0;
    for (std::size_t i = 0; i < g_.size(); ++i) slope += g_[i] * p[i];

    std::optional<LinePoint> found;
    if (slope < 0) found = search(p, slope);
    if (!found) return give_up(slope);
    fit_.x.swap(trial_);
    g_.swap(trial_g_);
    fit_.value = found->value;
    fit_.gradient_norm = two_norm(g_);
    ++fit_.iterations;
    fit_.history.push_back({.iteration = fit_.iterations,
                            .value = fit_.value,
                            .gradient_norm = fit_.gradient_norm,
                            .step_norm = found->length * norm2(n_, p.data()),
                            .step_length = found->length,
                            .decrement = -slope,
                            .products = fit_.products,
                            .evaluations = fit_.evaluations,
                            .passes = static_cast<double>(fit_.evaluations + blocks_),
                            .new_preconditioner = false,
                            .seconds = clock_.seconds()});
    return true;
  }

  std::optional<LinePoint> search(std::span<const double> p, double slope) {
    const auto evaluate_at = [&](double length) {
      for (std::size_t i = 0; i < trial_.size(); ++i) trial_[i] = fit_.x[i] + length * p[i];
      LinePoint at{.length = length, .value = evaluate(trial_, trial_g_), .slope = 0};
      for (std::size_t i = 0; i < trial_.size(); ++i) at.slope += trial_g_[i] * p[i];
      return at;
    };
    return wolfe_search(evaluate_at, {.length = 0, .value = fit_.value, .slope = slope});
  }

  // What the quadratic model promises along -g, whatever B, which may be no good: by a product with H. Infinite without
  // positive curvature, nothing where the product is not finite.
  double fall_along_gradient() {
    Matrix<double> unit(n_, 1);
    for (std::int64_t i = 0; i < n_; ++i) unit(i, 0) = g_[static_cast<std::size_t>(i)] / fit_.gradient_norm;
    const Matrix<double> image = products(unit);
    const double curvature = dot(n_, unit.data(), image.data());
    if (!std::isfinite(curvature)) return 0;
    return curvature > 0 ? 0.5 * fit_.gradient_norm * (fit_.gradient_norm / curvature) : HUGE_VAL;
  }

  // What comes where no step along -B g lowers f: true if B starts anew.
  bool give_up(double slope) {
    if (fresh_) {
      if (slope < 0 && hidden_by_rounding(slope / 2, fit_.value) &&
          hidden_by_rounding(fall_along_gradient(), fit_.value)) {
        end(Status::converged, "converged as far as rounding errors allow");
      } else {
        end(Status::stalled, "no step lowers the function");
      }
      return false;
    }
    inverse_.reset();
    ++fit_.restarts;
    learn();
    return step();
  }

  const Objective& objective_;
  const RandomizedBfgsOptions& options_;
  RandomizedBfgsFit& fit_;
  const Stopwatch clock_;
  std::int64_t n_;
  std::optional<BlockSequence> sequence_;
  std::vector<double> g_, trial_, trial_g_;
  std::unique_ptr<InverseHessian> inverse_;
  Directions last_step_;
  bool fresh_ = true;        // B has seen one block
  std::int64_t blocks_ = 0;  // of products
};

}  // namespace

RandomizedBfgsFit minimize_by_randomized_bfgs(const Objective& objective, std::span<const double> x0,
                                              const RandomizedBfgsOptions& options) {
  check_objective(objective, x0);
  check_randomized_bfgs_options(options, objective.unknowns);
  if (!all_finite_serial(x0.data(), objective.unknowns)) throw InvalidOption("x0 is not finite");
  RandomizedBfgsFit fit;
  fit.x.assign(x0.begin(), x0.end());
  Iteration(objective, options, fit).run();
  return fit;
}

}  // namespace croquis
