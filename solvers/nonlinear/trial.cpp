#include "solvers/nonlinear/trial.hpp"

#include <optional>
#include <utility>

#include "linalg/blas.hpp"

namespace croquis {
namespace {

constexpr double worth_bending = 0.25;  // a ratio below
constexpr double most_bending = 0.75;   // of the step's length

std::optional<ResidualPoint> bent(const Search& search, const DampedStep& step, const ResidualPoint& trial,
                                  Modeller& modeller, ResidualFunction& residual, const NonlinearProblem& problem) {
  if (!Box(problem).unbounded() || residual.budget().left() <= 0) return std::nullopt;
  const Linearization& linear = *search.linear;
  const std::optional<std::vector<double>> gradient = modeller.gradient_of(trial.r, search.point, linear);
  if (!gradient) return std::nullopt;
  std::vector<double> z = linear.steps.bend(step, *gradient);
  if (!(norm2(static_cast<std::int64_t>(z.size()), z.data()) <= most_bending * step.norm)) return std::nullopt;
  for (std::size_t k = 0; k < z.size(); ++k) z[k] += step.z[k];
  std::vector<double> x = linear.step_in_x(z);
  for (std::size_t j = 0; j < x.size(); ++j) x[j] += search.point.x[j];
  ResidualPoint result = evaluate_at(residual, problem, std::move(x));
  if (!(result.cost < trial.cost)) return std::nullopt;
  return result;
}

}  // namespace

Trial try_step(Search& search, const Proposal& proposal, bool is_noise, Modeller& modeller, ResidualFunction& residual,
               const NonlinearProblem& problem) {
  Trial trial;
  if (search.ahead && search.ahead->x == proposal.x) {
    trial.point = std::move(*search.ahead);
  } else {
    trial.point = evaluate_at(residual, problem, proposal.x);
  }
  search.ahead.reset();
  trial.ratio = proposal.ratio(search.point, trial.point);
  if (!is_noise && trial.ratio < worth_bending) {
    if (std::optional<ResidualPoint> other = bent(search, proposal.step, trial.point, modeller, residual, problem)) {
      trial.point = std::move(*other);
      trial.ratio = proposal.ratio(search.point, trial.point);
      trial.is_bent = true;
    }
  }
  trial.moved = difference(trial.point.x, search.point.x);
  return trial;
}

}  // namespace croquis
