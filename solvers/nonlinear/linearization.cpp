#include "solvers/nonlinear/linearization.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/finite.hpp"
#include "linalg/products.hpp"
#include "solvers/nonlinear/criterion.hpp"

namespace croquis {

double ResidualPoint::residual_norm() const {
  return norm2(static_cast<std::int64_t>(r.size()), model_residual().data());
}

namespace {

ResidualPoint measured(const ResidualUnit& unit, const NonlinearProblem& problem, std::vector<double> x,
                       std::vector<double> r) {
  Criterion criterion = criterion_of(problem, r, unit.scale());
  ResidualPoint point{std::move(x), std::move(r), criterion.cost, std::move(criterion.row_scale), {}};
  for (std::size_t i = 0; i < point.row_scale.size(); ++i) point.scaled_r.push_back(point.row_scale[i] * point.r[i]);
  return point;
}

}  // namespace

ResidualPoint evaluate_at(ResidualFunction& residual, const NonlinearProblem& problem, std::vector<double> x) {
  std::vector<double> r(static_cast<std::size_t>(problem.residuals));
  residual.evaluate(x, r);
  return measured(residual.unit(), problem, std::move(x), std::move(r));
}

ResidualPoint evaluate_first(ResidualFunction& residual, const NonlinearProblem& problem, std::vector<double> x) {
  std::vector<double> r(static_cast<std::size_t>(problem.residuals));
  residual.evaluate(x, r);
  residual.measure_in(ResidualUnit(criterion_of(problem, r).norm));
  return measured(residual.unit(), problem, std::move(x), std::move(r));
}

std::vector<double> Linearization::step_in_x(const std::vector<double>& z) const {
  std::vector<double> y(scale.size());
  for (std::size_t k = 0; k < free.size(); ++k) y[static_cast<std::size_t>(free[k])] = z[k] / steps.scale()[k];
  if (space.whole()) return y;
  const std::int64_t p = space.directions.cols();
  std::vector<double> x(static_cast<std::size_t>(space.directions.rows()));
  multiply_by<double>(space.directions, column_major(std::as_const(y).data(), p, 1),
                      column_major(x.data(), space.directions.rows(), 1));
  return x;
}

double Linearization::scaled_norm(std::span<const double> x) const {
  std::vector<double> scaled(x.begin(), x.end());
  if (space.whole())
    for (std::size_t j = 0; j < scaled.size(); ++j) scaled[j] *= scale[j];
  for (std::size_t j = 0; j < space.units.size(); ++j) scaled[j] /= space.units[j];
  return norm2(static_cast<std::int64_t>(scaled.size()), scaled.data());
}

double Linearization::rounding_reach(std::span<const double> x) const {
  if (space.whole()) {
    double reach = 0;
    for (std::int64_t j = 0; j < model.cols(); ++j)
      if (model.column_norm(j) > 0)
        reach = std::hypot(reach, scale[static_cast<std::size_t>(j)] * x[static_cast<std::size_t>(j)]);
    return reach;
  }
  double largest = 0;
  for (std::int64_t k = 0; k < model.cols(); ++k) largest = std::max(largest, model.column_norm(k));
  return largest * scaled_norm(x);
}

double Linearization::gradient_norm() const {
  const double norm = norm2(static_cast<std::int64_t>(gradient.size()), gradient.data());
  if (space.whole()) return norm;
  const Matrix<double>& v = space.directions;
  return norm * std::sqrt(static_cast<double>(v.rows()) / static_cast<double>(v.cols()));
}

double Linearization::least_column_norm() const {
  double least = std::numeric_limits<double>::infinity();
  for (const std::int64_t column : free) {
    const double norm = model.column_norm(column);
    if (norm > 0) least = std::min(least, norm);
  }
  return least;
}

double Linearization::gradient_in(const std::vector<double>& other_scale) const {
  std::vector<double> scaled = gradient;
  for (std::size_t j = 0; j < scaled.size(); ++j) scaled[j] /= other_scale[j];
  return norm2(static_cast<std::int64_t>(scaled.size()), scaled.data());
}

std::optional<Linearization> linearize(std::optional<ReducedModel> reduced, const ResidualPoint& point, StepSpace space,
                                       const Box& box, const std::vector<double>& scale_before) {
  if (!reduced || !all_finite<double>(reduced->r.view())) return std::nullopt;
  ReducedModel& model = *reduced;
  const std::vector<double> whole_gradient = model.gradient();
  const double residual_norm = point.residual_norm();
  // Where the gradient is too small for a number, its angles need not be: of r in units of a power of two.
  std::vector<double> scaled_gradient = whole_gradient;
  double scaled_norm = residual_norm;
  if (!model.sparse && std::isfinite(residual_norm)) {
    int exponent = 0;
    std::frexp(residual_norm, &exponent);
    ReducedModel scaled{model.r, model.c, nullptr};
    for (double& entry : scaled.c) entry = std::ldexp(entry, -exponent);
    scaled_gradient = scaled.gradient();
    scaled_norm = std::ldexp(residual_norm, -exponent);
  }
  const auto p = static_cast<std::size_t>(model.cols());

  std::vector<double> scale(p, 1.0);
  for (std::size_t k = 0; space.whole() && k < p; ++k) {
    scale[k] = model.column_norm(static_cast<std::int64_t>(k));
    if (!scale_before.empty()) scale[k] = std::max(scale[k], scale_before[k]);
    if (scale[k] == 0) scale[k] = 1;
  }
  std::vector<std::int64_t> free(p);
  std::iota(free.begin(), free.end(), std::int64_t{0});
  if (space.whole() && !box.unbounded()) free = box.free_unknowns(point.x, whole_gradient);

  std::vector<double> gradient(p);
  std::vector<double> free_scale;
  double orthogonality = 0;
  for (const std::int64_t column : free) {
    const auto k = static_cast<std::size_t>(column);
    gradient[k] = whole_gradient[k];
    free_scale.push_back(scale[k]);
    const double norm = model.column_norm(column);
    if (norm > 0 && residual_norm > 0)
      orthogonality = std::max(orthogonality, std::abs(scaled_gradient[k]) / norm / scaled_norm);
  }
  DampedSteps steps(free.size() == p ? model : model.restricted_to(free), std::move(free_scale));
  return Linearization{std::move(space), std::move(model),    std::move(scale), std::move(free),
                       std::move(steps), std::move(gradient), orthogonality};
}

}  // namespace croquis
