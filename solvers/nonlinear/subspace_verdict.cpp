#include "solvers/nonlinear/subspace_verdict.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "solvers/nonlinear/stopping_rules.hpp"

namespace croquis {
namespace {

constexpr std::int64_t most_contradicted = 5;

}  // namespace

std::int64_t telling_subspaces(std::int64_t unknowns, std::int64_t dimensions) {
  return std::max<std::int64_t>(3, 2 * unknowns / dimensions);
}

std::optional<Outcome> SubspaceVerdict::look(const Search& search, Modeller& modeller,
                                             const std::function<ResidualPoint()>& start, Outcome otherwise) {
  const ResidualPoint& point = search.point;
  JacobianSurvey survey = modeller.survey(point);
  if (!survey.finite()) return Outcome{Status::non_finite_input, "J holds a NaN or an infinity at x"};
  // Were the units of directions those of this point, the subspace could not reach further than so many times.
  double reach = survey.reach(point.x);
  const double most = std::sqrt(static_cast<double>(point.x.size()));
  if (contradicted_ > 0) reach = std::clamp(search.linear->rounding_reach(point.x), reach, most * reach);
  const double noise = cost_noise(point, reach);
  bool offers_nothing = is_nothing(survey.most_promising(), noise, point);
  if (!offers_nothing && contradicted_ > 0 && point.cost >= (1 - negligible_part) * cost_) {
    if (norms_at_start_.empty()) {
      norms_at_start_ = modeller.survey(start()).column_norms;
    } else if (point.x == x_) {
      return otherwise;
    }
    survey.raise_norms(norms_at_start_);
    offers_nothing = is_nothing(survey.most_promising(), noise, point);
  }
  if (offers_nothing)
    return Outcome{Status::converged, "in " + std::to_string(std::max<std::int64_t>(search.quiet, 1)) +
                                          " random subspaces in a row of " +
                                          std::to_string(search.linear->model.cols()) +
                                          " dimensions no step is left to take, nor in one unknown alone"};
  if (++contradicted_ > most_contradicted) return otherwise;
  cost_ = point.cost;
  x_ = point.x;
  std::vector<double> units = survey.units(point.x);
  modeller.include(survey.descent(units));
  modeller.measure_in(std::move(units));
  return std::nullopt;
}

}  // namespace croquis
