#include "solvers/subspace_newton/objective_point.hpp"

#include "linalg/blas.hpp"

namespace croquis {
namespace {

double norm(const std::vector<double>& v) { return norm2(static_cast<std::int64_t>(v.size()), v.data()); }

}  // namespace

void ObjectiveEvaluator::evaluate(ObjectivePoint& point) {
  ++evaluations_;
  point.gradient.clear();
  if (objective_.value) {
    point.value = objective_.value(point.x);
    return;
  }
  point.gradient.resize(point.x.size());
  point.value = objective_.value_and_gradient(point.x, point.gradient);
  point.gradient_norm = norm(point.gradient);
  ++gradients_;
}

void ObjectiveEvaluator::add_gradient(ObjectivePoint& point) {
  if (point.has_gradient()) return;
  point.gradient.resize(point.x.size());
  if (objective_.gradient) {
    objective_.gradient(point.x, point.gradient);
  } else {
    ++evaluations_;
    point.value = objective_.value_and_gradient(point.x, point.gradient);
  }
  point.gradient_norm = norm(point.gradient);
  ++gradients_;
}

}  // namespace croquis
