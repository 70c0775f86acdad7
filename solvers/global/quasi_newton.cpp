#include "solvers/global/quasi_newton.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <croquis/linalg/matrix.hpp>

#include "linalg/blas.hpp"

namespace croquis {
namespace {

constexpr double least_decrease = 1e-4;  // of what the slope promises
constexpr int most_halvings = 30;
constexpr double first_step = 0.2;  // at most this long
constexpr double roundoff = std::numeric_limits<double>::epsilon();

double inner(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

// The approximate inverse of the Hessian.
class InverseHessian {
 public:
  explicit InverseHessian(std::size_t dimensions) : size_(dimensions) {}

  std::vector<double> times(const std::vector<double>& g) const {
    if (h_.empty()) return g;
    std::vector<double> result(size_, 0.0);
    for (std::size_t i = 0; i < size_; ++i)
      for (std::size_t j = 0; j < size_; ++j) result[i] += h_[i * size_ + j] * g[j];
    return result;
  }
  bool is_identity() const { return h_.empty(); }
  void reset() { h_.clear(); }

  // After the step s changed the gradient by g.
  void update(const std::vector<double>& s, const std::vector<double>& g) {
    const double curvature = inner(s, g);
    const double squares = inner(g, g);
    if (!(curvature > 1e-10 * std::sqrt(inner(s, s) * squares))) return;
    if (h_.empty()) {
      h_.assign(size_ * size_, 0.0);
      for (std::size_t k = 0; k < size_; ++k) h_[k * size_ + k] = curvature / squares;
    }
    const std::vector<double> hg = times(g);
    const double factor = (1 + inner(g, hg) / curvature) / curvature;
    for (std::size_t i = 0; i < size_; ++i)
      for (std::size_t j = 0; j < size_; ++j)
        h_[i * size_ + j] += factor * s[i] * s[j] - (hg[i] * s[j] + s[i] * hg[j]) / curvature;
  }

 private:
  std::size_t size_;
  std::vector<double> h_;
};

}  // namespace

void quasi_newton(const std::function<double(std::span<const double> y)>& value,
                  const std::function<std::vector<double>(std::span<const double> y)>& gradient, std::vector<double> y0,
                  std::int64_t iteration_limit) {
  std::vector<double> y = std::move(y0);
  double f = value(y);
  if (!std::isfinite(f)) return;
  std::vector<double> g = gradient(y);
  InverseHessian inverse(y.size());
  for (std::int64_t iteration = 0; iteration < iteration_limit; ++iteration) {
    std::vector<double> direction = inverse.times(g);
    double slope = inner(direction, g);
    if (!std::isfinite(slope)) return;
    if (!(slope > 0)) {
      if (inverse.is_identity()) return;
      inverse.reset();
      continue;
    }
    double t = inverse.is_identity() ? std::min(1.0, first_step / std::sqrt(inner(direction, direction))) : 1;
    std::vector<double> next(y.size());
    double next_f = f;
    bool found = false;
    for (int halving = 0; halving < most_halvings && !found; ++halving, t /= 2) {
      for (std::size_t k = 0; k < y.size(); ++k) next[k] = y[k] - t * direction[k];
      next_f = value(next);
      found = next_f < f && next_f <= f - least_decrease * t * slope;
      // What is promised is lost in f's rounding errors.
      if (!found && t * slope <= roundoff * std::abs(f)) break;
    }
    if (!found) {
      if (inverse.is_identity()) return;
      inverse.reset();
      continue;
    }
    std::vector<double> next_g = gradient(next);
    std::vector<double> step(y.size()), change(y.size());
    for (std::size_t k = 0; k < y.size(); ++k) {
      step[k] = next[k] - y[k];
      change[k] = next_g[k] - g[k];
    }
    inverse.update(step, change);
    y = std::move(next);
    g = std::move(next_g);
    f = next_f;
  }
}

}  // namespace croquis
