#include "solvers/quasi_newton/line_search.hpp"

#include <algorithm>
#include <cmath>

namespace croquis {
namespace {

constexpr double sufficient_fall = 1e-4;
constexpr double remaining_slope = 0.9;
constexpr int most_trials = 40;
constexpr int most_expansions = 10;
constexpr double rounding = 1e-14;

bool low_enough(const LinePoint& start, const LinePoint& at) {
  if (!std::isfinite(at.value) || !std::isfinite(at.slope)) return false;
  const double promised = at.length * start.slope;
  if (!hidden_by_rounding(promised, start.value)) return at.value <= start.value + sufficient_fall * promised;
  return hidden_by_rounding(at.value - start.value, start.value) && at.slope <= (2 * sufficient_fall - 1) * start.slope;
}

// Where the parabola through a point, its slope, and a value farther on is lowest, well inside.
double between(const LinePoint& low, const LinePoint& high) {
  const double width = high.length - low.length;
  const double rise = high.value - low.value - width * low.slope;
  const double best = std::isfinite(rise) && rise > 0 ? -0.5 * width * low.slope / rise : 0;
  return low.length + width * std::clamp(best, 0.1, 0.5);
}

// Where the slope would vanish if it went on as it did, farther on.
double beyond(const LinePoint& before, const LinePoint& at) {
  const double flattening = (at.slope - before.slope) / (at.length - before.length);
  const double zero = flattening > 0 ? at.length - at.slope / flattening : HUGE_VAL;
  return std::clamp(zero, 2 * at.length, 10 * at.length);
}

}  // namespace

bool hidden_by_rounding(double change, double value) { return std::abs(change) <= rounding * std::abs(value); }

std::optional<LinePoint> wolfe_search(const std::function<LinePoint(double length)>& evaluate, const LinePoint& start) {
  LinePoint low = start;
  std::optional<LinePoint> high;
  double length = 1;
  int expansions = 0;
  for (int trial = 0; trial < most_trials; ++trial) {
    // A step that had to become so short says that the slope is not that of the function.
    if (trial > 0 && low.length == 0 && hidden_by_rounding(length * start.slope, start.value)) return std::nullopt;
    const LinePoint at = evaluate(length);
    if (!low_enough(start, at)) {
      high = at;
    } else if (at.slope >= remaining_slope * start.slope || (!high && expansions == most_expansions)) {
      return at;
    } else {
      if (!high) {
        ++expansions;
        length = beyond(low, at);
      }
      low = at;
    }
    if (high) length = between(low, *high);
  }
  if (low.length == 0) return std::nullopt;
  return evaluate(low.length);
}

}  // namespace croquis
