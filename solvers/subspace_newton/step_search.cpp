#include "solvers/subspace_newton/step_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/products.hpp"

namespace croquis {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double roundoff = std::numeric_limits<double>::epsilon();
constexpr std::int64_t most_trials = 60;
// Times the rounding errors that f has at least: what it can have, in sums with cancellation.
constexpr double wide = 1e3;
// Where f is lost in rounding errors a step must shrink the gradient by this factor.
constexpr double shrinking = 0.9;

// Of f, a sum of about as many terms as there are unknowns.
double rounding_of(const ObjectivePoint& point) {
  return (50 + std::sqrt(static_cast<double>(point.x.size()))) * roundoff * std::abs(point.value);
}

std::vector<double> step_in_x(const AnyMatrixView<double>& directions, const SubspaceModel& model,
                              const SecularStep& step) {
  const std::int64_t p = directions.cols();
  std::vector<double> y(static_cast<std::size_t>(p)), x(static_cast<std::size_t>(directions.rows()));
  for (std::int64_t j = 0; j < model.basis.cols(); ++j)
    for (std::int64_t i = 0; i < p; ++i)
      y[static_cast<std::size_t>(i)] += model.basis(i, j) * step.z[static_cast<std::size_t>(j)];
  multiply_by<double>(directions, column_major(std::as_const(y).data(), p, std::int64_t{1}),
                      column_major(x.data(), directions.rows(), std::int64_t{1}));
  return x;
}

// What rounding x changes f by, where the gradient is small: half the curvature times the square of the change.
double rounding_through_x(const ObjectivePoint& point, const SubspaceModel& model) {
  if (model.curvature.empty()) return 0;
  const double change = roundoff * norm2(static_cast<std::int64_t>(point.x.size()), point.x.data());
  return std::max(0.0, model.curvature.back()) * change * change / 2;
}

}  // namespace

SearchOutcome StepSearch::run(const AnyMatrixView<double>& directions, const SubspaceModel& model,
                              ObjectivePoint& point, std::vector<double>& moved, SubspaceNewtonIteration& record) {
  const double rounding = rounding_of(point);
  bool only_non_finite = true;
  double promised = 0;
  while (record.trials < most_trials) {
    const SecularStep step = rule_.step(model);
    record.parameter = rule_.parameter();
    record.step_norm = step.norm;
    record.ratio = 0;
    promised = std::max(promised, step.predicted);
    const bool hidden = !(step.predicted > rounding);
    if (!(step.predicted > 0) || (hidden && record.trials > 0)) break;
    moved = step_in_x(directions, model, step);
    ObjectivePoint trial;
    trial.x = point.x;
    for (std::size_t i = 0; i < moved.size(); ++i) trial.x[i] += moved[i];
    if (trial.x == point.x) break;
    evaluator_.evaluate(trial);
    ++record.trials;
    const double fall = point.value - trial.value;
    record.ratio = std::isfinite(trial.value) ? fall / step.predicted : not_a_number;
    bool good = record.ratio >= rule_.least_ratio();
    const bool doubtful = !good && step.predicted <= wide * rounding && std::abs(fall) <= wide * rounding;
    if ((good || doubtful) && with_gradients_) {
      evaluator_.add_gradient(trial);
      if (!std::isfinite(trial.gradient_norm)) record.ratio = not_a_number;
      good = std::isfinite(trial.gradient_norm) && (good || trial.gradient_norm <= shrinking * point.gradient_norm);
    }
    if (good) {
      if (!doubtful) rule_.update(record.ratio, step);
      point = std::move(trial);
      return SearchOutcome::taken;
    }
    if (hidden) break;
    only_non_finite = only_non_finite && std::isnan(record.ratio);
    rule_.update(record.ratio, step);
  }
  const double out_of_reach = std::max(wide * rounding, rounding_through_x(point, model));
  if (promised <= out_of_reach)
    return newton_fall(model) <= out_of_reach ? SearchOutcome::nothing_to_gain : SearchOutcome::held_back;
  return only_non_finite && record.trials > 0 ? SearchOutcome::only_non_finite : SearchOutcome::failed;
}

}  // namespace croquis
