#include "solvers/subspace_newton/secular_equation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>

#include "linalg/blas.hpp"

namespace croquis {
namespace {

constexpr double roundoff = std::numeric_limits<double>::epsilon();
constexpr int most_iterations = 400;
// By which a bracket that starts at zero shrinks where Newton's step leaves it.
constexpr double shrinking = 1e-3;

double norm(std::span<const double> z) { return norm2(static_cast<std::int64_t>(z.size()), z.data()); }

// mu = base + t with base = max(0, -l_1): what is divided by, l_i + mu = gap_i + t, suffers no cancellation.
class Shifted {
 public:
  Shifted(std::span<const double> l, std::span<const double> c) : l_(l), c_(c), base_(std::max(0.0, -l[0])) {
    for (const double value : l) gap_.push_back(value + base_);
  }

  double base() const { return base_; }

  std::vector<double> z(double t) const {
    std::vector<double> z(c_.size());
    for (std::size_t i = 0; i < z.size(); ++i) z[i] = c_[i] == 0 ? 0 : -c_[i] / (gap_[i] + t);
    return z;
  }

  // The derivative of ||z(t)|| times -||z(t)||.
  double fall(double t, const std::vector<double>& z) const {
    double sum = 0;
    for (std::size_t i = 0; i < z.size(); ++i)
      if (z[i] != 0) sum += z[i] * z[i] / (gap_[i] + t);
    return sum;
  }

  SecularStep step(double t, std::vector<double> z) const {
    SecularStep step{.z = std::move(z), .mu = base_ + t};
    step.norm = norm(step.z);
    for (std::size_t i = 0; i < step.z.size(); ++i)
      step.predicted += 0.5 * step.z[i] * step.z[i] * ((gap_[i] + t) + step.mu);
    return step;
  }

 private:
  std::span<const double> l_;
  std::span<const double> c_;
  double base_;
  std::vector<double> gap_;
};

// ||z(t)|| = length(t) for a length that does not fall and whose derivative is `slope`; the root is at most `most`.
SecularStep solve(const Shifted& shifted, const std::function<double(double)>& length, double slope, double most) {
  std::vector<double> z = shifted.z(0);
  const double wanted = length(0);
  const double shortest = norm(z);
  if (shortest <= wanted) {
    // The hard case: what is missing lies along the eigenvector of the negative eigenvalue, either way.
    if (shifted.base() > 0) z[0] = std::sqrt((wanted - shortest) * (wanted + shortest));
    return shifted.step(0, std::move(z));
  }
  double low = 0, high = most, t = most;
  for (int iteration = 0; iteration < most_iterations && high - low > 2 * roundoff * high; ++iteration) {
    z = shifted.z(t);
    const double size = norm(z), aim = length(t);
    if (std::abs(size - aim) <= 2 * roundoff * aim) break;
    (size > aim ? low : high) = t;
    // Newton's method for 1 / ||z|| - 1 / length, which is nearly linear.
    const double value = 1 / size - 1 / aim;
    const double derivative = shifted.fall(t, z) / (size * size * size) + slope / (aim * aim);
    const double next = t - value / derivative;
    t = next > low && next < high ? next : low > 0 ? std::sqrt(low) * std::sqrt(high) : shrinking * high;
  }
  return shifted.step(t, shifted.z(t));
}

}  // namespace

SecularStep within_radius(std::span<const double> l, std::span<const double> c, double radius) {
  if (l.empty()) return {};
  const Shifted shifted(l, c);
  return solve(
      shifted, [radius](double) { return radius; }, 0, norm(c) / radius);
}

SecularStep with_cubic(std::span<const double> l, std::span<const double> c, double sigma) {
  if (l.empty()) return {};
  const Shifted shifted(l, c);
  return solve(
      shifted, [&](double t) { return (shifted.base() + t) / sigma; }, 1 / sigma,
      std::sqrt(sigma) * std::sqrt(norm(c)));
}

}  // namespace croquis
