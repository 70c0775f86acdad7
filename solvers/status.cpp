#include <croquis/solvers/status.hpp>

#include <cassert>

namespace croquis {

std::string to_string(Status status) {
  switch (status) {
    case Status::converged:
      return "converged";
    case Status::rank_deficient:
      return "rank_deficient";
    case Status::fell_back:
      return "fell_back";
    case Status::preview:
      return "preview";
    case Status::iteration_limit:
      return "iteration_limit";
    case Status::evaluation_limit:
      return "evaluation_limit";
    case Status::stalled:
      return "stalled";
    case Status::noise_limited:
      return "noise_limited";
    case Status::non_finite_input:
      return "non_finite_input";
    case Status::cancelled:
      return "cancelled";
    case Status::accuracy_not_reached:
      return "accuracy_not_reached";
    case Status::inconsistent_constraints:
      return "inconsistent_constraints";
    case Status::unbounded:
      return "unbounded";
  }
  assert(false && "a status without a name");
  return {};
}

}  // namespace croquis
