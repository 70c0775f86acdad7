// How a nonlinear solve ends.
#pragma once

#include <optional>
#include <string>

#include <croquis/solvers/status.hpp>

#include "solvers/nonlinear/budget.hpp"

namespace croquis {

struct Outcome {
  Status status;
  std::string message;
};

/// What `work` returns, an optional Outcome; or that a limit ended it.
template <class Work>
std::optional<Outcome> within_budget(const Work& work) {
  try {
    return work();
  } catch (const BudgetSpent& spent) {
    return Outcome{Status::evaluation_limit, spent.message};
  }
}

}  // namespace croquis
