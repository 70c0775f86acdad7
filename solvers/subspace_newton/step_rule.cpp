#include "solvers/subspace_newton/step_rule.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "linalg/blas.hpp"
#include "solvers/nonlinear/globalization.hpp"

namespace croquis {
namespace {

constexpr double armijo = 1e-4;
constexpr double least_model_ratio = 0.01;
constexpr double least_weight = 1e-6;  // of a regularization, beside ||gradient|| / ||step||
// Beside the largest curvature: below it is taken for so much; and a negative one beyond it is followed.
constexpr double flat = 1e-8;

double norm(const std::vector<double>& z) { return norm2(static_cast<std::int64_t>(z.size()), z.data()); }

double largest_curvature(const SubspaceModel& model) {
  return model.curvature.empty() ? 0 : std::max(std::abs(model.curvature.front()), std::abs(model.curvature.back()));
}

// Newton's step with the magnitudes of the curvatures, none taken for less than a part of the largest.
std::vector<double> newton_step(const SubspaceModel& model, double reach) {
  const double largest = largest_curvature(model);
  std::vector<double> z(model.slope.size());
  const double steepness = norm(model.slope);
  for (std::size_t i = 0; i < z.size(); ++i) {
    if (model.slope[i] == 0) continue;
    z[i] = largest > 0 ? -model.slope[i] / std::max(std::abs(model.curvature[i]), flat * largest)
                       : -model.slope[i] / steepness * reach;
  }
  return z;
}

// A first length where nothing is known but the model.
double length_of_newton_step(const SubspaceModel& model) {
  const double length = norm(newton_step(model, 1));
  return length > 0 && std::isfinite(length) ? length : 1;
}

// Steps of the secular equation, whose parameter learns as those of nonlinear least squares do.
class Model final : public StepRule {
 public:
  Model(SubspaceStepRule rule, double initial, double reach) : cubic_(rule == SubspaceStepRule::cubic), reach_(reach) {
    if (initial > 0) learn_from(initial);
  }

  double parameter() const override { return learning_->parameter(); }
  void begin(const SubspaceModel& model) override {
    if (learning_ != nullptr) return;
    const double radius = reach_ > 0 ? reach_ : length_of_newton_step(model);
    if (!cubic_) return learn_from(radius);
    // The sigma that gives a step of that length: then scaling f changes no iterate.
    const SecularStep first = within_radius(model.curvature, model.slope, radius);
    const double weight = std::max(first.mu, least_weight * norm(model.slope) / std::max(first.norm, radius));
    learn_from(weight > 0 ? weight / std::max(first.norm, radius) : 1);
  }
  SecularStep step(const SubspaceModel& model) const override {
    return cubic_ ? with_cubic(model.curvature, model.slope, parameter())
                  : within_radius(model.curvature, model.slope, parameter());
  }
  double least_ratio() const override { return least_model_ratio; }
  void update(double ratio, const SecularStep& step) override {
    DampedStep damped;
    damped.norm = step.norm;
    // Where f is as the model says, sigma is still far too large.
    const bool exact = cubic_ && std::abs(ratio - 1) <= 0.1;
    for (int times = 0; times < (exact ? 3 : 1); ++times) learning_->update(ratio, damped);
  }

 private:
  void learn_from(double initial) {
    learning_ = make_globalization(
        cubic_ ? NonlinearGlobalization::cubic_regularization : NonlinearGlobalization::trust_region, initial);
  }

  bool cubic_;
  double reach_;
  std::unique_ptr<Globalization> learning_;
};

// z = t s + sqrt(t) d: Newton's step with a direction of negative curvature besides, where there is one. More and
// Sorensen, Math. Programming 16 (1979), with the square of their t.
class LineSearch final : public StepRule {
 public:
  explicit LineSearch(double reach) : reach_(reach) {}

  double parameter() const override { return t_; }
  void begin(const SubspaceModel& model) override {
    t_ = 1;
    if (reach_ == 0) reach_ = length_of_newton_step(model);
  }
  SecularStep step(const SubspaceModel& model) const override {
    SecularStep step{.z = newton_step(model, reach_)};
    double slope = 0;
    for (std::size_t i = 0; i < step.z.size(); ++i) {
      slope += model.slope[i] * step.z[i];
      step.z[i] *= t_;
    }
    if (follows_negative_curvature(model)) {
      step.z[0] -= std::copysign(std::sqrt(t_) * reach_, model.slope[0]);
      slope += 0.5 * model.curvature[0] * reach_ * reach_;
    }
    step.norm = norm(step.z);
    step.predicted = -t_ * slope;
    return step;
  }
  double least_ratio() const override { return armijo; }
  void update(double ratio, const SecularStep& step) override {
    if (std::isfinite(ratio) && ratio >= armijo) {
      reach_ = std::max(t_ < 1 ? 0.0 : reach_, step.norm);
      return;
    }
    // The minimum of the parabola through both values with the slope at x.
    const double best = std::isfinite(ratio) && ratio < 1 ? 0.5 / (1 - ratio) : 0;
    t_ *= std::clamp(best, 0.1, 0.5);
  }

 private:
  static bool follows_negative_curvature(const SubspaceModel& model) {
    return !model.curvature.empty() && model.curvature[0] < -flat * largest_curvature(model);
  }

  double reach_;
  double t_ = 1;
};

}  // namespace

double newton_fall(const SubspaceModel& model) {
  const double largest = largest_curvature(model);
  double fall = 0;
  for (std::size_t i = 0; i < model.slope.size(); ++i)
    if (model.slope[i] != 0)
      fall += 0.5 * model.slope[i] * (model.slope[i] / std::max(std::abs(model.curvature[i]), flat * largest));
  return fall;
}

std::unique_ptr<StepRule> make_step_rule(SubspaceStepRule rule, double initial, double reach) {
  switch (rule) {
    case SubspaceStepRule::line_search:
      return std::make_unique<LineSearch>(initial > 0 ? initial : reach);
    case SubspaceStepRule::quadratic:
    case SubspaceStepRule::cubic:
      return std::make_unique<Model>(rule, initial, reach);
  }
  assert(false && "a rule that is not one");
  return nullptr;
}

}  // namespace croquis
