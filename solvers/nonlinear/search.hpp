// A descent from one point to the next, and what it has met since the last step taken.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "solvers/nonlinear/globalization.hpp"
#include "solvers/nonlinear/linearization.hpp"
#include "solvers/nonlinear/outcome.hpp"

namespace croquis {

struct Search {
  ResidualPoint point = {};
  std::optional<Linearization> linear = std::nullopt;  ///< there
  std::unique_ptr<Globalization> globalization = nullptr;

  /// The first step, evaluated where its length was chosen, and the parameter that gives it.
  std::optional<ResidualPoint> ahead = std::nullopt;
  double ahead_parameter = 0;
  std::optional<Outcome> converged = std::nullopt;
  std::int64_t failures = 0;    ///< since the last step taken
  bool only_non_finite = true;  ///< they were
  bool ever_failed = false;
  std::int64_t quiet = 0;      ///< subspaces in a row that offered nothing
  std::int64_t redrawn = 0;    ///< sketches of the observations since the last step taken
  std::int64_t cut_steps = 0;  ///< in a row, not worth trying

  /// Whether there were failures since the last step taken, and all for want of numbers.
  bool met_only_non_finite() const { return failures > 0 && only_non_finite; }
};

}  // namespace croquis
