#include "solvers/nonlinear/first_step.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "solvers/nonlinear/proposal.hpp"

namespace croquis {
namespace {

constexpr double initial_radius_factor = 0.1;  // times ||D x0||
constexpr double least_radius_factor = 1e-6;   // times the gradient's norm: x0 may be all but zero
constexpr double least_weight = 1e-6;          // of a regularization, beside ||gradient|| / ||step||
constexpr double reliable = 0.5;               // ratio of a first step
constexpr int most_shortened = 10;

double initial_radius(const ResidualPoint& point, const Linearization& linear) {
  const double norm = linear.scaled_norm(point.x);
  if (norm > 0) return std::max(initial_radius_factor * norm, least_radius_factor * linear.steps.gradient_norm());
  // An x0 of zeros tells no scale, the model does. Too long a step costs a residual, too short ones Jacobians.
  const double longest = linear.steps.at(linear.steps.least_lambda()).norm;
  return longest > 0 && std::isfinite(longest) ? longest : 1;
}

}  // namespace

double initial_parameter(const ResidualPoint& point, const Linearization& linear, const ResidualUnit& unit,
                         const NonlinearOptions& options) {
  if (options.initial_radius > 0)
    return options.initial_radius * unit.of_parameter(options.globalization, !linear.space.whole());
  const double radius = initial_radius(point, linear);
  if (options.globalization == NonlinearGlobalization::trust_region) return radius;
  // The weight that gives a step of that length: then scaling r changes no iterate.
  const DampedStep step = linear.steps.within(radius);
  if (!(step.norm > 0)) return 1;
  const double sigma = std::max(step.lambda, least_weight * linear.steps.gradient_norm() / step.norm);
  return options.globalization == NonlinearGlobalization::cubic_regularization ? sigma / step.norm : sigma;
}

void shorten_first_step(Search& search, ResidualFunction& residual, const NonlinearProblem& problem,
                        NonlinearGlobalization kind) {
  const Box box(problem);
  for (int shortened = 0; shortened <= most_shortened && residual.budget().left() > 0; ++shortened) {
    const Proposal proposal = propose(search.point.x, *search.linear, *search.globalization, box);
    ResidualPoint trial = evaluate_at(residual, problem, proposal.x);
    const bool is_longest = shortened == 0;
    if (!is_longest && !(trial.cost < search.ahead->cost)) break;
    const double ratio = proposal.ratio(search.point, trial);
    search.ahead = std::move(trial);
    search.ahead_parameter = search.globalization->parameter();
    if (!(ratio < reliable)) return;
    search.globalization->update(0, proposal.step);
  }
  if (search.ahead) search.globalization = make_globalization(kind, search.ahead_parameter);
}

}  // namespace croquis
