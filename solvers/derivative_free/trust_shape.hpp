// The shape of the trust region among all unknowns.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/solvers/derivative_free_least_squares.hpp>

namespace croquis {

/// Steps s stay within ||D s|| <= radius, s in scaled unknowns: D_j is the norm of J's column j, the largest seen, over
/// the largest column of the first J, and at least a tenth. Source: More, The Levenberg-Marquardt algorithm:
/// implementation and theory, 1978.
class TrustShape {
 public:
  /// Of a state, which must outlive it. Where `learns` is false, it ignores what it is told.
  TrustShape(DerivativeFreeState& state, bool learns) : state_(state), learns_(learns) {}

  /// The columns of J that belong to some of the `unknowns` scaled ones have these norms.
  void learn(const std::vector<double>& norms, const std::vector<std::int64_t>& columns, std::int64_t unknowns);
  /// D for some of the unknowns.
  std::vector<double> scale(const std::vector<std::int64_t>& columns) const;

 private:
  DerivativeFreeState& state_;
  bool learns_;
};

}  // namespace croquis
