// Local minimisation within an embedding.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include <croquis/solvers/global_minimization.hpp>

#include "solvers/global/embedding.hpp"

namespace croquis {

/// What a local solve found, and what it took.
struct LocalMinimum {
  std::vector<double> y;  ///< the best point evaluated
  double value = std::numeric_limits<double>::infinity();
  std::int64_t evaluations = 0;
  std::int64_t derivatives = 0;
};

/// A function over a box that can be minimised locally in embeddings.
class EmbeddedFunction {
 public:
  virtual ~EmbeddedFunction() = default;
  /// A local minimum from y0, by at most `evaluation_limit` > 0 evaluations.
  virtual LocalMinimum solve(const Embedding& embedding, std::vector<double> y0,
                             std::int64_t evaluation_limit) const = 0;
  /// Whether several solves may run at once.
  virtual bool is_parallel() const = 0;
  /// Whether zero is known to be the least value there can be.
  virtual bool is_sum_of_squares() const = 0;
};

/// The function must outlive the result.
std::unique_ptr<EmbeddedFunction> embedded(const BoxObjective& objective);
std::unique_ptr<EmbeddedFunction> embedded(const NonlinearProblem& problem);

/// Ends a local solve that has used up its evaluations.
struct EvaluationsSpent {};

}  // namespace croquis
