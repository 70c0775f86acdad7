// Steps of a model in a subspace, and how trust in them is learnt.
#pragma once

#include <memory>

#include <croquis/solvers/subspace_newton.hpp>

#include "solvers/subspace_newton/secular_equation.hpp"
#include "solvers/subspace_newton/subspace_model.hpp"

namespace croquis {

/// A radius, a sigma, or the part of Newton's step.
class StepRule {
 public:
  virtual ~StepRule() = default;

  virtual double parameter() const = 0;
  /// Before the first step in another subspace.
  virtual void begin(const SubspaceModel&) {}
  /// The step that the parameter allows, and by how much it should lower f.
  virtual SecularStep step(const SubspaceModel& model) const = 0;
  /// The part of the predicted fall that f must have for the step to be taken.
  virtual double least_ratio() const = 0;
  /// Learns from the ratio of the actual fall to the predicted one; a NaN is a failure.
  virtual void update(double ratio, const SecularStep& step) = 0;
};

/// The fall that the model promises where nothing shortens the step: that of Newton's, negative curvatures counted as
/// positive. Infinite where there is a slope and no curvature at all.
double newton_fall(const SubspaceModel& model);

/// `initial` > 0 is the first radius or sigma; 0: steps begin with lengths of about `reach` (0: as the first model
/// would have them).
std::unique_ptr<StepRule> make_step_rule(SubspaceStepRule rule, double initial, double reach);

}  // namespace croquis
