#include "solvers/nonlinear/criterion.hpp"

#include <cassert>
#include <cmath>

#include "linalg/blas.hpp"

namespace croquis {
namespace {

struct Loss {
  double value;  // rho(s)
  double slope;  // rho'(s)
};

Loss loss_at(LossFunction function, double s) {
  switch (function) {
    case LossFunction::squares:
      return {s, 1};
    case LossFunction::huber:
      if (s <= 1) return {s, 1};
      return {2 * std::sqrt(s) - 1, 1 / std::sqrt(s)};
    case LossFunction::soft_l1:
      // 2 (sqrt(1 + s) - 1) without cancellation for small s.
      return {2 * s / (std::sqrt(1 + s) + 1), 1 / std::sqrt(1 + s)};
    case LossFunction::cauchy:
      return {std::log1p(s), 1 / (1 + s)};
    case LossFunction::tukey:
      if (s > 1) return {1.0 / 3, 0};
      // (1 - (1 - s)^3) / 3 without cancellation for small s.
      return {s * (1 - s + s * s / 3), (1 - s) * (1 - s)};
  }
  assert(false && "a loss that is not one");
  return {};
}

}  // namespace

std::string to_string(LossFunction loss) {
  switch (loss) {
    case LossFunction::squares:
      return "squares";
    case LossFunction::huber:
      return "huber";
    case LossFunction::soft_l1:
      return "soft-l1";
    case LossFunction::cauchy:
      return "cauchy";
    case LossFunction::tukey:
      return "tukey";
  }
  assert(false && "a loss without a name");
  return {};
}

Criterion criterion_of(const NonlinearProblem& problem, std::span<const double> r) {
  Criterion result;
  if (problem.loss == LossFunction::squares && problem.weights.empty()) {
    const double norm = norm2(static_cast<std::int64_t>(r.size()), r.data());
    result.cost = norm * norm / 2;
    return result;
  }
  const double scale = problem.loss_scale;
  result.row_scale.resize(r.size());
  for (std::size_t i = 0; i < r.size(); ++i) {
    const double root = problem.weights.empty() ? 1 : std::sqrt(problem.weights[i]);
    const double u = root * r[i] / scale;
    const Loss loss = loss_at(problem.loss, u * u);
    // Infinite residuals must not pass for outliers of bounded cost, nor infinities of both signs cancel.
    result.cost += std::isfinite(r[i]) ? scale * scale * loss.value / 2 : std::abs(r[i]);
    result.row_scale[i] = root * std::sqrt(loss.slope);
  }
  return result;
}

}  // namespace croquis
