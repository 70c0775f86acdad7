// The current point of Newton's method.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "solvers/newton/newton_problem.hpp"
#include "solvers/newton/preconditioned_conjugate_gradients.hpp"

namespace croquis {

/// x, which is the caller's, with value and gradient there, and the trial point of a line search.
class NewtonPoint {
 public:
  NewtonPoint(NewtonProblem& problem, std::vector<double>& x)
      : problem_(problem), x_(x), gradient_(x.size()), trial_(x.size()), trial_gradient_(x.size()) {}

  const std::vector<double>& x() const { return x_; }
  const std::vector<double>& gradient() const { return gradient_; }
  double value() const { return value_; }
  double gradient_norm() const { return gradient_norm_; }
  bool is_finite() const { return std::isfinite(value_) && std::isfinite(gradient_norm_); }

  /// At x; the problem is not told to accept it.
  void evaluate() {
    value_ = problem_.evaluate(x_.data(), gradient_.data());
    gradient_norm_ = two_norm(gradient_);
    ++evaluations_;
  }

  /// The value at x + length step, where `trial_gradient` is then known.
  double try_step(const std::vector<double>& step, double length) {
    for (std::size_t i = 0; i < x_.size(); ++i) trial_[i] = x_[i] + length * step[i];
    trial_value_ = problem_.evaluate(trial_.data(), trial_gradient_.data());
    trial_norm_ = two_norm(trial_gradient_);
    ++evaluations_;
    return trial_value_;
  }
  bool trial_is_finite() const { return std::isfinite(trial_value_) && std::isfinite(trial_norm_); }
  const std::vector<double>& trial_gradient() const { return trial_gradient_; }

  /// Moves to the trial point.
  void accept() {
    x_.swap(trial_);
    gradient_.swap(trial_gradient_);
    value_ = trial_value_;
    gradient_norm_ = trial_norm_;
    problem_.accept();
  }

  std::int64_t evaluations() const { return evaluations_; }
  void count_evaluations(std::int64_t more) { evaluations_ += more; }

 private:
  NewtonProblem& problem_;
  std::vector<double>& x_;
  std::vector<double> gradient_;
  double value_ = 0, gradient_norm_ = 0;
  std::vector<double> trial_, trial_gradient_;
  double trial_value_ = 0, trial_norm_ = 0;
  std::int64_t evaluations_ = 0;
};

}  // namespace croquis
