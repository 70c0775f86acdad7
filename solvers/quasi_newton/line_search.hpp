// A step length along a direction of descent.
#pragma once

#include <functional>
#include <optional>

namespace croquis {

/// A point x + t p of the search.
struct LinePoint {
  double length = 0;  ///< t
  double value = 0;   ///< f
  double slope = 0;   ///< p^T g
};

/// A length that satisfies the weak Wolfe conditions f(t) <= f(0) + 1e-4 t f'(0) and f'(t) >= 0.9 f'(0), tried from 1
/// by expanding and then by bracketing; where no more than ten expansions and 40 trials find one, the longest that
/// satisfies the first. Nothing if none does. `evaluate` is called last with the length that is returned; values that
/// are not finite are too long.
///
/// Where the fall that the slope promises is below 1e-12 |f|, and so may not show through rounding errors, a value will
/// do that is no more than 1e-14 |f| above f(0) and has a slope of at most 0.9998 |f'(0)| (Hager and Zhang 2005, the
/// approximate Wolfe conditions); lengths then go by slopes, and both conditions must hold.
std::optional<LinePoint> wolfe_search(const std::function<LinePoint(double length)>& evaluate, const LinePoint& start);

/// Whether rounding errors of a value, 1e-14 of it, may be as large as a change of it.
bool hidden_by_rounding(double change, double value);

}  // namespace croquis
