#include "solvers/spectrum/cumulative_bounds.hpp"

#include <algorithm>
#include <limits>

#include "solvers/spectrum/student_mean.hpp"

namespace croquis {
namespace {

// A node whose radius is under this part of its distance from its neighbours stands for an eigenvalue.
constexpr double resolved = 0.01;

bool stands_for_an_eigenvalue(const SpectralRule& rule, std::size_t i) {
  // One step says nothing of how wide the spectrum is, unless it has ended in an eigenvector.
  if (rule.nodes.size() == 1) return rule.radii[0] == 0;
  double distance = std::numeric_limits<double>::infinity();
  if (i > 0) distance = std::min(distance, rule.nodes[i] - rule.nodes[i - 1]);
  if (i + 1 < rule.nodes.size()) distance = std::min(distance, rule.nodes[i + 1] - rule.nodes[i]);
  return rule.radii[i] <= resolved * distance;
}

}  // namespace

CumulativeBounds::CumulativeBounds(const std::vector<SpectralRule>& rules, double confidence)
    : factor_(student_factor(rules.size(), confidence)) {
  for (const SpectralRule& rule : rules) {
    Steps steps{rule.nodes, {}};
    const std::size_t count = rule.nodes.size();
    double sum = 0;
    for (std::size_t i = 0; i <= count; ++i) {
      // Of the i nodes up to x, the last may stand for some that are above; of the others, the first for some below.
      const double less = i > 0 && !stands_for_an_eigenvalue(rule, i - 1) ? rule.weights[i - 1] : 0;
      const double more = i < count && !stands_for_an_eigenvalue(rule, i) ? rule.weights[i] : 0;
      steps.ranges.push_back({std::max(0.0, sum - less), std::min(1.0, sum + more)});
      if (i < count) sum += rule.weights[i];
    }
    steps_.push_back(std::move(steps));
  }
}

std::vector<CumulativeBounds::Range> CumulativeBounds::ranges_at(double x) const {
  std::vector<Range> result;
  for (const Steps& steps : steps_) {
    const auto place = std::upper_bound(steps.nodes.begin(), steps.nodes.end(), x) - steps.nodes.begin();
    result.push_back(steps.ranges[static_cast<std::size_t>(place)]);
  }
  return result;
}

SpectralEstimate CumulativeBounds::at(double x) const {
  if (steps_.empty()) return {};
  std::vector<double> middles;
  double half_width = 0;
  for (const Range& range : ranges_at(x)) {
    middles.push_back((range.low + range.high) / 2);
    half_width += (range.high - range.low) / (2 * static_cast<double>(steps_.size()));
  }
  const StudentMean mean = student_mean(middles);
  const double error = half_width + factor_ * mean.standard_error;
  return {mean.mean, std::max(0.0, mean.mean - error), std::min(1.0, mean.mean + error)};
}

std::vector<double> CumulativeBounds::places() const {
  std::vector<double> result{-std::numeric_limits<double>::infinity()};
  for (const Steps& steps : steps_) result.insert(result.end(), steps.nodes.begin(), steps.nodes.end());
  return result;
}

double CumulativeBounds::largest_error() const {
  double largest = 0;
  for (const double x : places()) {
    const SpectralEstimate here = at(x);
    largest = std::max({largest, here.high - here.value, here.value - here.low});
  }
  return largest;
}

double CumulativeBounds::resolution() const {
  double largest = 0;
  for (const double x : places()) {
    double width = 0;
    for (const Range& range : ranges_at(x)) width += range.high - range.low;
    largest = std::max(largest, width / (2 * static_cast<double>(steps_.size())));
  }
  return largest;
}

}  // namespace croquis
