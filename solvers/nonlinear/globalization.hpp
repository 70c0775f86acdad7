// What keeps steps where the linear model can be trusted, and how it learns.
#pragma once

#include <memory>

#include <croquis/solvers/nonlinear_least_squares.hpp>

#include "solvers/nonlinear/damped_steps.hpp"

namespace croquis {

/// A trust-region radius or a regularization weight.
class Globalization {
 public:
  virtual ~Globalization() = default;

  /// The radius or the weight.
  virtual double parameter() const = 0;
  /// The step it allows.
  virtual DampedStep step(const DampedSteps& steps) const = 0;
  /// The decrease of the cost that the step is measured by: of the model, less the regularization.
  virtual double expected_decrease(const DampedStep& step) const = 0;
  /// Learns from the ratio of the actual decrease to the expected one; a NaN is a failure.
  virtual void update(double ratio, const DampedStep& step) = 0;
};

/// With `initial` as its parameter; steps in a space of the given number of dimensions.
std::unique_ptr<Globalization> make_globalization(NonlinearGlobalization kind, double initial);

}  // namespace croquis
