// The linear model of the residuals that interpolates them at a set of points.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "solvers/derivative_free/interpolation_set.hpp"
#include "solvers/derivative_free/trust_shape.hpp"
#include "solvers/nonlinear/damped_steps.hpp"
#include "solvers/nonlinear/model_reducer.hpp"

namespace croquis {

/// A step from the best point, and what the model makes of it.
struct ModelStep {
  std::vector<double> x;          ///< where it leads
  std::vector<double> s;          ///< x less the best point, scaled
  double norm = 0;                ///< ||s||
  double predicted_decrease = 0;  ///< of the cost
  bool is_cut = false;            ///< by bounds
  DampedStep damped;              ///< as it was before that, in the model's coordinates: z = D s among all unknowns
};

/// A step bent, and the cost that the model expects there.
struct BentStep {
  std::vector<double> x;
  double expected_cost = 0;
};

/// r(x + s) = r + J s for scaled steps s in the span of the set's directions, D: J D = [r(y_1) - r, r(y_2) - r, ...].
/// Rows are scaled as weights and the loss at the best point want it.
///
/// With J D = Q_J R_J and D = Q R, the model in coordinates y of Q is that of the triangle R_J R^-1, so J is never
/// needed. As many directions as unknowns give a model in the unknowns themselves, whose trust region has a shape.
class InterpolatedModel {
 public:
  /// At points.front(); the arguments must outlive it, but for `shape`, which learns from the model. Throws nothing:
  /// `finite` says whether the model is.
  InterpolatedModel(const std::vector<InterpolationPoint>& points, const Directions& directions,
                    const ScaledUnknowns& unknowns, const NonlinearProblem& problem, std::uint64_t seed,
                    TrustShape& shape);

  bool finite() const { return steps_.has_value(); }
  const std::vector<double>& gradient() const { return gradient_; }  ///< J^T r, scaled, of unknowns that are free
  double orthogonality() const { return orthogonality_; }            ///< largest |J_j^T r| / (||J_j|| ||r||), j free
  std::int64_t rank() const { return steps_->rank(); }
  std::int64_t dimensions() const { return steps_->cols(); }
  /// The root of the mean of ||r(y_t) - r||^2
  double mean_difference() const { return mean_difference_; }

  /// By how much the cost could fall within `radius`, bounds aside but for unknowns that they hold.
  double promise(double radius) const;
  /// The best step within `radius` that stays within bounds.
  ModelStep step(double radius) const;
  /// A step, no end of it cut off, that is bent for what the residuals r at that end show: of their curvature, and of
  /// errors of the model, as far as J can make up for either. Nothing where bounds are in the way, or where the
  /// correction is not small beside the step.
  std::optional<BentStep> bent(const ModelStep& step, const InterpolationPoint& end) const;

 private:
  bool restrict(ModelReducer& reducer, TrustShape& shape);
  void judge_orthogonality(double residual_norm);
  std::vector<double> scaled_step(const std::vector<double>& z) const;

  const std::vector<InterpolationPoint>& points_;
  const Directions& directions_;
  const ScaledUnknowns& unknowns_;
  std::vector<double> row_scale_;   // empty: all one
  Matrix<double> differences_;      // J D, rows scaled
  ReducedModel model_;              // in coordinates of the basis
  ReducedModel restricted_;         // in those of the steps
  std::vector<std::int64_t> free_;  // the scaled unknowns that may move
  bool all_free_ = true;
  bool by_unknowns_ = false;  // whether steps are in unknowns, not in coordinates of the basis
  std::optional<DampedSteps> steps_;
  std::vector<double> gradient_;
  double orthogonality_ = 0;
  double mean_difference_ = 0;
};

}  // namespace croquis
