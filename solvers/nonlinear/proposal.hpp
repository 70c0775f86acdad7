// A step on trial.
#pragma once

#include <vector>

#include "solvers/nonlinear/box.hpp"
#include "solvers/nonlinear/globalization.hpp"
#include "solvers/nonlinear/linearization.hpp"

namespace croquis {

/// a - b
std::vector<double> difference(const std::vector<double>& a, const std::vector<double>& b);

/// Whether a step changes every unknown by at most `tolerance`, relatively. Their norm does not tell: the step of one
/// may be short beside the size of another.
bool is_short(const std::vector<double>& step, const std::vector<double>& x, double tolerance);

/// A point to try.
struct Proposal {
  DampedStep step;
  std::vector<double> x;
  double expected = 0;  ///< decrease of the cost
  bool is_cut = false;  ///< the step by bounds: `expected` is that of the model for what is left, and may be negative

  /// Of the actual decrease, from one point to a trial, to the expected one; NaN where the trial has no cost.
  double ratio(const ResidualPoint& from, const ResidualPoint& trial) const;
};

/// The step from x that a globalization allows.
Proposal propose(const std::vector<double>& x, const Linearization& linear, const Globalization& globalization,
                 const Box& box);

}  // namespace croquis
