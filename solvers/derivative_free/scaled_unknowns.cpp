#include "solvers/derivative_free/scaled_unknowns.hpp"

#include <cmath>

namespace croquis {

ScaledUnknowns::ScaledUnknowns(const NonlinearProblem& problem, const std::vector<double>& scale)
    : box_(problem), scale_(scale) {
  for (std::size_t j = 0; j < scale.size(); ++j)
    if (box_.lower(j) < box_.upper(j)) movable_.push_back(static_cast<std::int64_t>(j));
}

std::vector<double> ScaledUnknowns::step_to(std::span<const double> base, std::span<const double> x) const {
  std::vector<double> s;
  for (const std::int64_t unknown : movable_) {
    const auto j = static_cast<std::size_t>(unknown);
    s.push_back((x[j] - base[j]) / scale_[j]);
  }
  return s;
}

std::vector<double> ScaledUnknowns::move(std::span<const double> base, std::span<const double> s, bool& clipped) const {
  std::vector<double> x(base.begin(), base.end());
  for (std::size_t k = 0; k < movable_.size(); ++k) {
    const auto j = static_cast<std::size_t>(movable_[k]);
    x[j] += scale_[j] * s[k];
  }
  clipped = box_.clip(x);
  return x;
}

std::vector<std::int64_t> ScaledUnknowns::free(std::span<const double> x, std::span<const double> gradient) const {
  std::vector<std::int64_t> result;
  for (std::size_t k = 0; k < movable_.size(); ++k) {
    const auto j = static_cast<std::size_t>(movable_[k]);
    const bool held = (x[j] <= box_.lower(j) && gradient[k] >= 0) || (x[j] >= box_.upper(j) && gradient[k] <= 0);
    if (!held) result.push_back(static_cast<std::int64_t>(k));
  }
  return result;
}

std::vector<double> unknown_scale(const NonlinearProblem& problem, std::span<const double> x0) {
  if (!problem.typical_x.empty()) return problem.typical_x;
  std::vector<double> scale;
  for (const double entry : x0) scale.push_back(entry == 0 ? 1 : std::abs(entry));
  return scale;
}

}  // namespace croquis
