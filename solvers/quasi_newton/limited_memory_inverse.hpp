// An approximation of the inverse of a Hessian made of the last few blocks.
#pragma once

#include <deque>

#include "solvers/quasi_newton/inverse_hessian.hpp"

namespace croquis {

/// B by the updates of the last `blocks` blocks from a diagonal, in O(n k) memory for each: B x is a loop over the
/// blocks from the newest to the oldest and back, as in L-BFGS. Positive definite whatever the roundings of the blocks.
///
/// Conditioned directions are S = F V with B = F F^T and F the n x (n + columns of all blocks) matrix of one loop from
/// the oldest block to the newest: Gaussian ones have covariance B.
///
/// Cost: 8 n k flops for each block and vector. Source: Nocedal and Wright, algorithm 7.4; Gower, Goldfarb and
/// Richtarik, arXiv 1603.09649.
class LimitedMemoryInverse final : public InverseHessian {
 public:
  /// B = diag(d), all positive.
  LimitedMemoryInverse(std::vector<double> diagonal, std::int64_t blocks, bool conditioned);

  Directions multiply(MatrixView<const double> x) const override;
  Directions draw(const DrawnBlock& block) const override;
  void update(CurvatureBlock block) override;

 private:
  // Multiplies the diagonal P, once the blocks that corrected it are given up, by the geometric mean of the inverse
  // curvatures tr(C^T P^-1 C) / k and k / tr(D^T P D) that the newest block has seen, C^T D = I: the first alone makes
  // most steps too long, the second all too short.
  void rescale(const CurvatureBlock& newest);

  std::int64_t size() const { return static_cast<std::int64_t>(diagonal_.size()); }

  std::vector<double> diagonal_;
  std::int64_t most_blocks_;
  bool conditioned_;
  std::deque<CurvatureBlock> blocks_;  // oldest first
};

}  // namespace croquis
