#include "solvers/derivative_free/noise.hpp"

#include <algorithm>
#include <cmath>

#include "solvers/nonlinear/criterion.hpp"

namespace croquis {
namespace {

constexpr double agreement = 4;
constexpr std::size_t orders_to_agree = 3;

double square(double x) { return x * x; }

}  // namespace

double NoiseLevel::of_difference(const NonlinearProblem& problem, const std::vector<double>& r) const {
  const std::vector<double> row_scale = criterion_of(problem, r).row_scale;
  double sum = 0;
  for (std::size_t i = 0; i < r.size(); ++i) {
    const double scale = row_scale.empty() ? 1 : row_scale[i];
    sum += square(scale) * (square(additive) + square(relative * r[i]));
  }
  return std::sqrt(2 * sum);
}

double NoiseLevel::of_cost_difference(const NonlinearProblem& problem, const std::vector<double>& r) const {
  const std::vector<double> row_scale = criterion_of(problem, r).row_scale;
  double sum = 0;
  for (std::size_t i = 0; i < r.size(); ++i) {
    const double weight = row_scale.empty() ? 1 : square(row_scale[i]);
    const double variance = square(additive) + square(relative * r[i]);
    // Of w r e + w e^2 / 2.
    sum += square(weight) * variance * (square(r[i]) + variance / 2);
  }
  return std::sqrt(2 * sum);
}

std::optional<double> estimate_noise(const std::vector<const std::vector<double>*>& residuals) {
  std::vector<std::vector<double>> table;
  for (const auto* r : residuals) table.push_back(*r);
  std::vector<double> levels;
  double variance_factor = 1;  // (2 k)! / (k!)^2
  for (std::size_t order = 1; order < residuals.size(); ++order) {
    variance_factor *= 2.0 * static_cast<double>(2 * order - 1) / static_cast<double>(order);
    double sum = 0;
    for (std::size_t k = 0; k + 1 < table.size(); ++k) {
      for (std::size_t i = 0; i < table[k].size(); ++i) {
        table[k][i] = table[k + 1][i] - table[k][i];
        sum += square(table[k][i]);
      }
    }
    table.pop_back();
    const auto entries = static_cast<double>(table.size() * table.front().size());
    levels.push_back(std::sqrt(sum / entries / variance_factor));
  }
  for (std::size_t first = 0; first + orders_to_agree <= levels.size(); ++first) {
    const auto begin = levels.begin() + static_cast<std::ptrdiff_t>(first);
    const auto [low, high] = std::minmax_element(begin, begin + orders_to_agree);
    if (*low > 0 && std::isfinite(*high) && *high <= agreement * *low) return *begin;
  }
  return std::nullopt;
}

}  // namespace croquis
