// What Newton's method asks of a function: the line between the iteration and the kinds of functions.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>

#include <croquis/solvers/minimize.hpp>

namespace croquis {

/// z = M^-1 r for a positive definite M near the Hessian.
class Preconditioner {
 public:
  virtual ~Preconditioner() = default;
  /// Both of the problem's size, not overlapping.
  virtual void solve(const double* r, double* z) const = 0;
  virtual NewtonPreconditioner kind() const = 0;
};

/// A function with a current point, at which its curvature is asked for, and trial points.
class NewtonProblem {
 public:
  virtual ~NewtonProblem() = default;

  virtual std::int64_t unknowns() const = 0;
  /// The value and the gradient at a trial point, which is remembered.
  virtual double evaluate(const double* x, double* gradient) = 0;
  /// The last trial point becomes the current one.
  virtual void accept() = 0;
  /// hv = H v at the current point.
  virtual void hessian_times(const double* v, double* hv) = 0;
  /// A preconditioner for the current point; null if there is none to be had.
  virtual std::unique_ptr<Preconditioner> precondition(std::uint64_t seed) = 0;
  /// What making one costs, in products with the Hessian.
  virtual double preconditioner_cost() const { return 0; }

  /// What a better kind of preconditioner costs, which `precondition` makes after `refine_preconditioner`; infinite if
  /// there is none.
  virtual double refined_preconditioner_cost() const { return std::numeric_limits<double>::infinity(); }
  virtual void refine_preconditioner() {}

  /// Where curvature may vanish, how much of what the problem lends it far from the minimum the next product and
  /// preconditioner take: from 1 there to 0 at the minimum.
  virtual void set_lent_curvature(double) {}
  /// Whether that may be far from the truth, so that steps are short where f is straight.
  virtual bool may_lack_curvature() const { return false; }
  /// Whether f may fall along a ray without end.
  virtual bool may_have_no_minimiser() const { return false; }
  /// True if the current point may itself be a direction in which f falls without end.
  virtual bool may_fall_without_end() const { return false; }
  /// Where curvatures change without bounds, how much the last accepted step changed what f is a function of, in units
  /// in which they change by a factor of order one; 0 elsewhere.
  virtual double predictor_change() const { return 0; }
  /// Proves, but for rounding errors, that f falls without end in a direction near `direction`; false if it cannot.
  virtual bool is_ray(const double* /*direction*/) { return false; }
  /// Times the data were read so far.
  virtual double passes() const = 0;
};

}  // namespace croquis
