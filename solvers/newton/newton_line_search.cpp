#include "solvers/newton/newton_line_search.hpp"

#include <algorithm>
#include <cmath>

namespace croquis {
namespace {

constexpr double armijo = 1e-4;
constexpr std::int64_t most_trials = 40;
// Values that differ by less than this part may differ by rounding errors alone.
constexpr double rounding = 1e-14;
// What rounding errors may do beyond what a few samples of them showed.
constexpr double noise_factor = 8;
// A slope along a step that is still this part of what it was: the curvature was one that is not there.
constexpr double straight_part = 0.5;

}  // namespace

double NewtonLineSearch::value_noise() const {
  return std::max(rounding * std::abs(point_.value()), noise_factor * noise_.value);
}

void NewtonLineSearch::measure_noise() {
  noise_ = rounding_noise(problem_, equations_.preconditioner(), point_.x(), point_.value(), point_.gradient(), seed_);
  point_.count_evaluations(noise_samples);
}

bool NewtonLineSearch::gradient_is_noise() const { return equations_.rho() <= noise_factor * noise_.preconditioned; }

std::optional<double> NewtonLineSearch::take(const std::vector<double>& step, double slope) {
  double length = 1;
  for (std::int64_t trial = 0; slope < 0 && trial < most_trials; ++trial) {
    if (trial > 0 && hidden(length * slope)) break;
    double value = 0;
    if (moves(step, length, length * slope, value))
      return problem_.may_lack_curvature() && trial == 0 ? length + moves_on(step, slope) : length;
    // The minimum of the parabola through both values with the slope at x.
    const double rise = value - point_.value() - length * slope;
    const double best = std::isfinite(rise) && rise > 0 ? -0.5 * length * slope / rise : 0;
    length *= std::clamp(best, 0.1, 0.5);
  }
  return std::nullopt;
}

// Moves by `length` steps if the value there, which it returns too, is acceptable.
bool NewtonLineSearch::moves(const std::vector<double>& step, double length, double predicted, double& value) {
  value = point_.try_step(step, length);
  if (!point_.trial_is_finite() || !acceptable(value, predicted)) return false;
  point_.accept();
  return true;
}

// Twice as far each time. Returns how many steps further.
double NewtonLineSearch::moves_on(const std::vector<double>& step, double slope) {
  double further = 0, value = 0;
  for (double length = 1;; length *= 2) {
    const double now = inner_product(point_.gradient(), step);
    if (now > straight_part * slope || hidden(length * now) || !moves(step, length, length * now, value))
      return further;
    further += length;
  }
}

bool NewtonLineSearch::acceptable(double value, double predicted) const {
  if (!hidden(predicted)) return value <= point_.value() + armijo * predicted;
  // Go by the gradient, in the norm in which steps are short.
  return std::abs(value - point_.value()) <= value_noise() &&
         equations_.rho_of(point_.trial_gradient()) < equations_.rho();
}

}  // namespace croquis
