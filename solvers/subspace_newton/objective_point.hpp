// A point, with what has been computed of the objective there.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <croquis/solvers/objective.hpp>

namespace croquis {

struct ObjectivePoint {
  std::vector<double> x;
  double value = 0;
  std::vector<double> gradient;  ///< empty where it is not known
  double gradient_norm = 0;      ///< NaN or infinite where the gradient is

  bool has_gradient() const { return gradient.size() == x.size(); }
};

/// Evaluates no more than is asked for, and counts.
class ObjectiveEvaluator {
 public:
  /// It must outlive this.
  explicit ObjectiveEvaluator(const Objective& objective) : objective_(objective) {}

  /// f at `point.x`, and the gradient where it comes for nothing.
  void evaluate(ObjectivePoint& point);
  /// Where it is not known yet.
  void add_gradient(ObjectivePoint& point);

  std::int64_t evaluations() const { return evaluations_; }
  std::int64_t gradients() const { return gradients_; }

 private:
  const Objective& objective_;
  std::int64_t evaluations_ = 0;
  std::int64_t gradients_ = 0;
};

}  // namespace croquis
