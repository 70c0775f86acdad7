// The unknowns in units of their own size.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "solvers/nonlinear/box.hpp"

namespace croquis {

/// Scaled steps s: those unknowns that bounds leave room for, each over its scale.
class ScaledUnknowns {
 public:
  /// `scale` has an entry > 0 for each unknown. The problem must outlive it.
  ScaledUnknowns(const NonlinearProblem& problem, const std::vector<double>& scale);

  /// The scaled unknowns' number, and which unknowns they are.
  std::int64_t size() const { return static_cast<std::int64_t>(movable_.size()); }
  const std::vector<std::int64_t>& movable() const { return movable_; }

  /// (x - base) / scale
  std::vector<double> step_to(std::span<const double> base, std::span<const double> x) const;
  /// base + scale s, moved into the box; `clipped` says whether that changed anything.
  std::vector<double> move(std::span<const double> base, std::span<const double> s, bool& clipped) const;
  /// Which entries of s are free to follow descent of the given (scaled) gradient from x: not those at a bound that it
  /// would cross.
  std::vector<std::int64_t> free(std::span<const double> x, std::span<const double> gradient) const;

 private:
  Box box_;
  std::vector<double> scale_;
  std::vector<std::int64_t> movable_;
};

/// The scale of each unknown of a problem that is to be solved from x0: its typical size, or else |x0_j|, or 1.
std::vector<double> unknown_scale(const NonlinearProblem& problem, std::span<const double> x0);

}  // namespace croquis
