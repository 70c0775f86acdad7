// Bounds on the unknowns.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <croquis/solvers/nonlinear_problem.hpp>

namespace croquis {

/// The box lower <= x <= upper of a problem, which must outlive it.
class Box {
 public:
  explicit Box(const NonlinearProblem& problem) : problem_(problem) {}

  bool unbounded() const { return problem_.lower.empty() && problem_.upper.empty(); }
  double lower(std::size_t j) const;
  double upper(std::size_t j) const;

  /// Moves x to the nearest point of the box; true if that moved it.
  bool clip(std::span<double> x) const;
  /// The unknowns, ascending, that are not at a bound across which the cost falls: not those that a step of descent
  /// would drive out of the box.
  std::vector<std::int64_t> free_unknowns(std::span<const double> x, std::span<const double> gradient) const;

  /// Throws unless both bounds have n entries, in order, none of them NaN, and x lies between; `x_name` is what to call
  /// it.
  void check(std::span<const double> x, const char* x_name) const;

 private:
  const NonlinearProblem& problem_;
};

}  // namespace croquis
