// Steps in one subspace, until one is good.
#pragma once

#include <vector>

#include <croquis/solvers/subspace_newton.hpp>

#include "solvers/subspace_newton/objective_point.hpp"
#include "solvers/subspace_newton/step_rule.hpp"
#include "solvers/subspace_newton/subspace_model.hpp"

namespace croquis {

/// How a subspace ended.
enum class SearchOutcome {
  taken,            ///< a step was taken
  nothing_to_gain,  ///< the model promises no more than rounding errors of f or of x may hide
  held_back,        ///< the same, but only within the radius that is left, or with the sigma
  failed,           ///< f does not follow the model, however short the step
  only_non_finite   ///< the same, and f or g was not finite at any step
};

/// Tries the steps that a rule offers from one model, as the rule learns.
class StepSearch {
 public:
  /// Both must outlive it. `with_gradients`: a point is good only with a finite gradient, which is then known.
  StepSearch(ObjectiveEvaluator& evaluator, StepRule& rule, bool with_gradients)
      : evaluator_(evaluator), rule_(rule), with_gradients_(with_gradients) {}

  /// From `point`, which moves if a step is taken; `moved` is then that step. Sets what the record says of steps.
  ///
  /// A step is good if f falls by the part of the prediction that the rule asks for. Where what is seen of the fall may
  /// be rounding errors, it is good also if the gradient shrinks.
  SearchOutcome run(const AnyMatrixView<double>& directions, const SubspaceModel& model, ObjectivePoint& point,
                    std::vector<double>& moved, SubspaceNewtonIteration& record);

 private:
  ObjectiveEvaluator& evaluator_;
  StepRule& rule_;
  bool with_gradients_;
};

}  // namespace croquis
