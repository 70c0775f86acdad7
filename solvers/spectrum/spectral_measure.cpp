// What can be asked of a spectral density.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <croquis/errors.hpp>
#include <croquis/solvers/spectral_density.hpp>

#include "solvers/conclude.hpp"
#include "solvers/spectrum/cumulative_bounds.hpp"
#include "solvers/spectrum/student_mean.hpp"

namespace croquis {
namespace {

// Standard deviations of the smoothing kernel in steps of the mean distance between nodes: as narrow as leaves no gaps
// in the middle of the spectrum, where nodes are pi / 2 times as far apart as in the mean.
constexpr double kernel_in_node_distances = 1.5;
// Beyond so many deviations a Gaussian is negligible.
constexpr double kernel_reach = 8;

struct Kernel {
  double center;
  double weight;
};

std::vector<double> smoothed(std::span<const double> x, std::vector<Kernel> kernels, double width) {
  std::sort(kernels.begin(), kernels.end(), [](const Kernel& a, const Kernel& b) { return a.center < b.center; });
  std::vector<double> result;
  for (const double at : x) {
    double sum = 0;
    const auto first = std::lower_bound(kernels.begin(), kernels.end(), at - kernel_reach * width,
                                        [](const Kernel& k, double y) { return k.center < y; });
    for (auto k = first; k != kernels.end() && k->center <= at + kernel_reach * width; ++k) {
      const double t = (at - k->center) / width;
      sum += k->weight * std::exp(-t * t / 2);
    }
    result.push_back(sum / (width * std::sqrt(2 * std::numbers::pi)));
  }
  return result;
}

// The kernels, and a width if none is given: by the mean number of nodes and their extent.
std::vector<double> smoothed(std::span<const double> x, const std::vector<Kernel>& kernels, std::size_t rules,
                             double width) {
  if (!(width >= 0 && std::isfinite(width)))
    throw InvalidOption("width is " + scientific(width) + " but must be finite and not negative");
  if (kernels.empty()) return std::vector<double>(x.size());
  if (width == 0) {
    const auto [low, high] = std::minmax_element(kernels.begin(), kernels.end(),
                                                 [](const Kernel& a, const Kernel& b) { return a.center < b.center; });
    const double nodes = static_cast<double>(kernels.size()) / static_cast<double>(rules);
    width = kernel_in_node_distances * (high->center - low->center) / std::max(1.0, nodes);
    // All eigenvalues are one: any width shows it.
    if (!(width > 0)) width = std::max(std::abs(high->center) * 1e-3, std::numeric_limits<double>::min());
  }
  return smoothed(x, kernels, width);
}

std::vector<double> values_of(const std::vector<SpectralRule>& rules, double scale,
                              const std::function<double(double)>& f) {
  std::vector<double> values;
  for (const SpectralRule& rule : rules) {
    double sum = 0;
    for (std::size_t i = 0; i < rule.nodes.size(); ++i) sum += rule.weights[i] * f(rule.nodes[i]);
    values.push_back(scale * sum);
  }
  return values;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value / static_cast<double>(values.size());
  return sum;
}

}  // namespace

double SpectralDensity::lowest() const {
  double least = std::numeric_limits<double>::infinity();
  for (const SpectralRule& rule : rules)
    if (!rule.nodes.empty()) least = std::min(least, rule.nodes.front());
  return least;
}

double SpectralDensity::highest() const {
  double most = -std::numeric_limits<double>::infinity();
  for (const SpectralRule& rule : rules)
    if (!rule.nodes.empty()) most = std::max(most, rule.nodes.back());
  return most;
}

SpectralEstimate SpectralDensity::cumulative(double x) const { return CumulativeBounds(rules, confidence).at(x); }

SpectralEstimate SpectralDensity::trace_of(const std::function<double(double)>& f) const {
  if (rules.empty()) return {};
  const std::vector<double> values = values_of(rules, static_cast<double>(dimension), f);
  const StudentMean fine = student_mean(values);
  const double resolution = std::abs(fine.mean - mean(values_of(coarse_rules, static_cast<double>(dimension), f)));
  const double error = student_factor(values.size(), confidence) * fine.standard_error + resolution;
  return {fine.mean, fine.mean - error, fine.mean + error};
}

std::vector<double> SpectralDensity::density(std::span<const double> x, double width) const {
  std::vector<Kernel> kernels;
  for (const SpectralRule& rule : rules)
    for (std::size_t i = 0; i < rule.nodes.size(); ++i)
      kernels.push_back({rule.nodes[i], rule.weights[i] / static_cast<double>(rules.size())});
  return smoothed(x, kernels, rules.size(), width);
}

std::vector<double> SpectralDensity::logarithmic_density(std::span<const double> x, double width) const {
  std::vector<Kernel> kernels;
  for (const SpectralRule& rule : rules)
    for (std::size_t i = 0; i < rule.nodes.size(); ++i)
      if (rule.nodes[i] > rule.radii[i])
        kernels.push_back({std::log(rule.nodes[i]), rule.weights[i] / static_cast<double>(rules.size())});
  std::vector<double> logarithms;
  for (const double at : x) logarithms.push_back(std::log(at));
  return smoothed(logarithms, kernels, rules.size(), width);
}

}  // namespace croquis
