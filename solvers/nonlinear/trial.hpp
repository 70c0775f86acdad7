// Steps that are tried, and bent where the residuals turn out to be curved.
#pragma once

#include <vector>

#include "solvers/nonlinear/modeller.hpp"
#include "solvers/nonlinear/proposal.hpp"
#include "solvers/nonlinear/search.hpp"

namespace croquis {

struct Trial {
  ResidualPoint point;
  std::vector<double> moved;  ///< from where the step began
  double ratio = 0;           ///< of the actual decrease to the expected one; NaN where there is no cost
  bool is_bent = false;
};

/// Evaluates a step, unless it is the one ahead: one residual. Where it falls short by three quarters of what the model
/// expects, unless that is lost in rounding errors, the step is bent for the curvature that this has shown, if that is
/// a small correction of it and lowers the cost further: another residual, and a pass over J or J V, where there are no
/// bounds and one of these is at hand.
Trial try_step(Search& search, const Proposal& proposal, bool is_noise, Modeller& modeller, ResidualFunction& residual,
               const NonlinearProblem& problem);

}  // namespace croquis
