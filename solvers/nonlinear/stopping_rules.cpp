#include "solvers/nonlinear/stopping_rules.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "solvers/conclude.hpp"
#include "solvers/nonlinear/proposal.hpp"

namespace croquis {
namespace {

constexpr double roundoff = std::numeric_limits<double>::epsilon();
constexpr double wide = 100;

}  // namespace

double cost_noise(const ResidualPoint& point, double reach) {
  return 4 * roundoff * (point.residual_norm() * reach + point.cost);
}

bool is_nothing(double promised, double noise, const ResidualPoint& point) {
  return promised <= std::max(wide * noise, negligible_part * point.cost);
}

bool promises_nothing(const Linearization& linear, const ResidualPoint& point, double noise) {
  const double projection =
      linear.space.whole() ? linear.steps.gradient_norm() : linear.orthogonality * point.residual_norm();
  return is_nothing(projection * projection / 2, noise, point);
}

bool is_held_back(const DampedStep& step, const Linearization& linear) {
  return step.norm < linear.steps.at(linear.steps.least_lambda()).norm / 2;
}

bool wants_short_step(const Linearization& linear, const ResidualPoint& point, double tolerance) {
  const std::vector<double> z = linear.steps.at(linear.steps.least_lambda()).z;
  return is_short(linear.step_in_x(z), point.x, tolerance);
}

std::optional<Outcome> reached_tolerance(const ResidualPoint& point, const Linearization* linear, double initial_cost,
                                         const ResidualUnit& unit, const NonlinearOptions& options) {
  if (point.cost < std::numeric_limits<double>::min()) {
    const double norm = point.residual_norm();
    if (norm == 0 || (unit.scale() >= 1 && norm <= negligible_part * std::sqrt(2 * initial_cost)))
      return Outcome{Status::converged, "the residual is zero"};
    return Outcome{Status::accuracy_not_reached, "the residual is not zero, but so small that its square is"};
  }
  if (std::sqrt(point.cost) <= options.residual_tolerance * std::sqrt(initial_cost))
    return Outcome{Status::converged,
                   "the residual is zero to " + scientific(options.residual_tolerance) + " of that at x0"};
  if (linear != nullptr && linear->space.whole() && linear->orthogonality <= options.gradient_tolerance)
    return Outcome{Status::converged,
                   "the residual is orthogonal to J's columns, to " + scientific(linear->orthogonality)};
  return std::nullopt;
}

}  // namespace croquis
