#include "solvers/nonlinear/globalization.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace croquis {
namespace {

constexpr double poor = 0.25;
constexpr double fair = 0.5;
constexpr double good = 0.75;
constexpr double growth = 2;

double square(double x) { return x * x; }

// Steps that go on to be too long, though not by much, would zigzag for ever: 1.125 for `poor` to 1 for `fair`.
// Source: Nielsen, Damping parameter in Marquardt's method, 1999.
double caution(double ratio) {
  const double lack = 1 - 2 * ratio;
  return 1 + lack * lack * lack;
}

class TrustRegion : public Globalization {
 public:
  explicit TrustRegion(double radius) : radius_(radius) {}
  double parameter() const override { return radius_; }
  DampedStep step(const DampedSteps& steps) const override { return steps.within(radius_); }
  double expected_decrease(const DampedStep& step) const override { return step.model_decrease; }
  void update(double ratio, const DampedStep& step) override {
    if (!std::isfinite(ratio)) {
      radius_ = std::min(radius_, step.norm) / 4;
    } else if (ratio < poor) {
      radius_ = std::min(radius_, step.norm) / 2;
    } else if (ratio < fair) {
      radius_ = std::min(radius_, step.norm) / caution(ratio);
    } else if (ratio > good) {
      radius_ = std::max(radius_, growth * step.norm);
    }
  }

 private:
  double radius_;
};

// sigma / power ||z||^power, of power 2 or 3.
class Regularization : public Globalization {
 public:
  explicit Regularization(double sigma) : sigma_(sigma) {}
  double parameter() const override { return sigma_; }
  void update(double ratio, const DampedStep& step) override {
    if (std::isfinite(ratio) && ratio >= poor) {
      rise_ = factor;
      // A sigma that a step does not feel is low enough: lower ones would take as many failures to come back from.
      if (ratio > good && expected_decrease(step) < step.model_decrease) sigma_ = std::max(least, sigma_ / factor);
      if (ratio < fair) sigma_ *= caution(ratio);
      return;
    }
    // Failures in a row mean that sigma is far from what it should be: each raises it more than the one before.
    // Source: Nielsen, Damping parameter in Marquardt's method, 1999.
    sigma_ = std::min(largest, sigma_ * (std::isfinite(ratio) ? rise_ : 8 * rise_));
    rise_ = std::min(largest, rise_ * factor);
  }

 protected:
  static constexpr double factor = 2;
  static constexpr double least = std::numeric_limits<double>::min();
  static constexpr double largest = 1e300;
  double sigma_;

 private:
  double rise_ = factor;
};

class Quadratic : public Regularization {
 public:
  using Regularization::Regularization;
  DampedStep step(const DampedSteps& steps) const override { return steps.at(std::max(sigma_, steps.least_lambda())); }
  double expected_decrease(const DampedStep& step) const override {
    return step.model_decrease - sigma_ / 2 * square(step.norm);
  }
};

class Cubic : public Regularization {
 public:
  using Regularization::Regularization;
  DampedStep step(const DampedSteps& steps) const override { return steps.cubic(sigma_); }
  double expected_decrease(const DampedStep& step) const override {
    return step.model_decrease - sigma_ / 3 * square(step.norm) * step.norm;
  }
};

}  // namespace

std::unique_ptr<Globalization> make_globalization(NonlinearGlobalization kind, double initial) {
  switch (kind) {
    case NonlinearGlobalization::trust_region:
      return std::make_unique<TrustRegion>(initial);
    case NonlinearGlobalization::quadratic_regularization:
      return std::make_unique<Quadratic>(initial);
    case NonlinearGlobalization::cubic_regularization:
      return std::make_unique<Cubic>(initial);
  }
  assert(false && "a globalization that is not one");
  return nullptr;
}

}  // namespace croquis
