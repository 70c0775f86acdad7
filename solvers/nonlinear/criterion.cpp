#include "solvers/nonlinear/criterion.hpp"

#include <cassert>
#include <cmath>

#include "linalg/blas.hpp"

namespace croquis {
namespace {

struct Loss {
  double size;   // sqrt(rho(t^2))
  double slope;  // sqrt(rho'(t^2))
};

// Of t = |r| / scale, whose square may be no number.
Loss loss_at(LossFunction function, double t) {
  constexpr double small = 1e-9;  // its square is lost beside one
  constexpr double large = 1e9;   // and one beside its square
  switch (function) {
    case LossFunction::squares:
      return {t, 1};
    case LossFunction::huber:
      if (t <= 1) return {t, 1};
      return {std::sqrt(2 * t - 1), 1 / std::sqrt(t)};
    case LossFunction::soft_l1: {
      // 2 (h - 1) without cancellation for small t.
      const double h = std::hypot(1, t);
      return {std::sqrt(2 / (h + 1)) * t, 1 / std::sqrt(h)};
    }
    case LossFunction::cauchy:
      if (t < small) return {t, 1};
      return {std::sqrt(t > large ? 2 * std::log(t) : std::log1p(t * t)), 1 / std::hypot(1, t)};
    case LossFunction::tukey:
      if (t > 1) return {std::sqrt(1.0 / 3), 0};
      // (1 - (1 - t^2)^3) / 3 without cancellation for small t.
      return {t * std::sqrt(1 - t * t + t * t * (t * t) / 3), (1 - t) * (1 + t)};
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

Criterion criterion_of(const NonlinearProblem& problem, std::span<const double> r, double scale) {
  const auto m = static_cast<std::int64_t>(r.size());
  Criterion result;
  if (problem.loss == LossFunction::squares && problem.weights.empty()) {
    result.norm = norm2(m, r.data());
    if (scale != 1) result.row_scale.assign(r.size(), scale);
  } else {
    result.row_scale.resize(r.size());
    std::vector<double> sizes(r.size());
    const bool is_plain = problem.loss == LossFunction::squares;
    const double unit = is_plain ? 1 : problem.loss_scale;
    for (std::size_t i = 0; i < r.size(); ++i) {
      const double root = problem.weights.empty() ? 1 : std::sqrt(problem.weights[i]);
      const Loss loss = loss_at(problem.loss, std::abs(root * r[i]) / unit);
      // Infinite residuals must not pass for outliers of bounded cost.
      sizes[i] = std::isfinite(r[i]) ? unit * loss.size : std::abs(r[i]);
      result.row_scale[i] = scale * root * loss.slope;
    }
    result.norm = norm2(m, sizes.data());
  }
  const double scaled = scale * result.norm;
  result.cost = scaled * scaled / 2;
  return result;
}

}  // namespace croquis
