// Whether to believe subspaces that offer nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "solvers/nonlinear/modeller.hpp"
#include "solvers/nonlinear/search.hpp"

namespace croquis {

/// So many subspaces in a row that offer nothing are enough: a direction of descent would have shown in one of them.
std::int64_t telling_subspaces(std::int64_t unknowns, std::int64_t dimensions);

/// What random subspaces say is not believed before all columns of J were seen, which cost as many. Where those show
/// descent, the next subspace holds it. They show as well in which units unknowns act alike: directions that a few
/// unknowns dominate hide the others.
///
/// If that descent, tried, is none, a column may promise more than curvature allows because it all but vanishes at the
/// point: then it counts by its norm at x0 if that is larger, as in the D of steps among all unknowns.
class SubspaceVerdict {
 public:
  /// Looks at all columns. `otherwise` where their descent leads nowhere; nothing where the next subspace has a descent
  /// to try, in new units. `start` gives the point at x0.
  std::optional<Outcome> look(const Search& search, Modeller& modeller, const std::function<ResidualPoint()>& start,
                              Outcome otherwise);

 private:
  std::int64_t contradicted_ = 0;
  std::vector<double> x_;  // where that was last
  double cost_ = 0;
  std::vector<double> norms_at_start_;  // of J's columns, where they were wanted
};

}  // namespace croquis
