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
// Falls below this part of the value may not show through its rounding errors; slopes do.
constexpr double unclear = 1e-12;

bool is_unclear(double promised, double value) { return std::abs(promised) <= unclear * std::abs(value); }

bool low_enough(const LinePoint& start, const LinePoint& at) {
  if (!std::isfinite(at.value) || !std::isfinite(at.slope)) return false;
  const double promised = at.length * start.slope;
  if (!is_unclear(promised, start.value)) return at.value <= start.value + sufficient_fall * promised;
  return at.value - start.value <= rounding * std::abs(start.value) &&
         at.slope <= (2 * sufficient_fall - 1) * start.slope;
}

// Where the function is lowest between two points, well inside: of the parabola through the first, its slope and the
// second's value, or, where values say nothing, of the one whose slope is that of both.
double between(const LinePoint& low, const LinePoint& high, bool by_slopes) {
  const double width = high.length - low.length;
  const double rise = by_slopes ? width * (high.slope - low.slope) / 2 : high.value - low.value - width * low.slope;
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
  // Where values do not show whether f falls, only a slope that has changed shows that the step leads anywhere.
  const auto unclear_at = [&](const LinePoint& at) { return is_unclear(at.length * start.slope, start.value); };
  LinePoint low = start;
  std::optional<LinePoint> high;
  double length = 1;
  int expansions = 0;
  for (int trial = 0; trial < most_trials; ++trial) {
    const LinePoint at = evaluate(length);
    if (!low_enough(start, at)) {
      high = at;
    } else if (at.slope >= remaining_slope * start.slope) {
      return at;
    } else {
      if (!high) {
        if (expansions == most_expansions) return unclear_at(at) ? std::nullopt : std::optional(at);
        ++expansions;
        length = beyond(low, at);
      }
      low = at;
    }
    if (high) length = between(low, *high, unclear_at(*high));
  }
  if (unclear_at(low)) return std::nullopt;
  return evaluate(low.length);
}

}  // namespace croquis
