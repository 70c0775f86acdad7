#include "solvers/nonlinear/proposal.hpp"

#include <cmath>
#include <limits>

namespace croquis {

std::vector<double> difference(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> result = a;
  for (std::size_t j = 0; j < a.size(); ++j) result[j] -= b[j];
  return result;
}

bool is_short(const std::vector<double>& step, const std::vector<double>& x, double tolerance) {
  for (std::size_t j = 0; j < x.size(); ++j)
    if (!(std::abs(step[j]) <= tolerance * std::abs(x[j]))) return false;
  return true;
}

double Proposal::ratio(const ResidualPoint& from, const ResidualPoint& trial) const {
  return std::isfinite(trial.cost) ? (from.cost - trial.cost) / expected : std::numeric_limits<double>::quiet_NaN();
}

Proposal propose(const std::vector<double>& x, const Linearization& linear, const Globalization& globalization,
                 const Box& box) {
  Proposal result;
  result.step = globalization.step(linear.steps);
  result.expected = globalization.expected_decrease(result.step);
  result.x = linear.step_in_x(result.step.z);
  for (std::size_t j = 0; j < x.size(); ++j) result.x[j] += x[j];
  result.is_cut = box.clip(result.x);
  if (result.is_cut) result.expected = linear.model.decrease(difference(result.x, x));
  return result;
}

}  // namespace croquis
