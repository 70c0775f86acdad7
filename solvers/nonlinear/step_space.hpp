// Where steps are sought: among all unknowns or in a random subspace.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/linalg/matrix.hpp>
#include <croquis/solvers/nonlinear_least_squares.hpp>

namespace croquis {

/// The span of the columns of V (n x p); all unknowns if it has none.
struct StepSpace {
  Matrix<double> directions = {};
  std::vector<double> units = {};  ///< of the unknowns, in a subspace; empty: all one
  bool whole() const { return directions.cols() == 0; }
};

/// Directions [first, first + count) of the random subspace `seed`, as the columns of an n x count matrix of norms near
/// one: V = sqrt(p / n) S^T for the operator S (p x n) of the family. More of them extend the same subspace.
/// first + count <= n.
Matrix<double> draw_directions(const SubspaceOptions& options, std::int64_t n, std::int64_t first, std::int64_t count,
                               std::uint64_t seed);

/// How many dimensions the next subspace has, and whether random directions are among them.
///
/// x0 is often symmetric, or smooth, as J there is, and so are the gradient and the steps: random directions would
/// leave that, for minima that are no better as a rule. So they stay away as long as a few iterations halve the cost
/// without.
///
/// A hybrid doubles them where a few iterations together have not halved the cost, or where a subspace offers no
/// decrease at all, and takes all unknowns once they are more than half of them: then subspaces have nothing to save,
/// and only the whole model converges fast.
class SpaceSchedule {
 public:
  /// Options as `nonlinear_least_squares` has checked them.
  SpaceSchedule(const NonlinearProblem& problem, const NonlinearOptions& options);

  /// 0 for all unknowns.
  std::int64_t dimensions() const { return dimensions_; }
  bool whole() const { return dimensions_ == 0; }
  /// Whether subspaces do without random directions so far.
  bool is_guided() const { return guided_; }
  /// That memory, or the options, allow.
  std::int64_t most_dimensions() const { return most_; }
  /// After an iteration in a subspace.
  void record(double cost_before, double cost_after);
  /// After a subspace in which there was nothing to gain.
  void record_quiet();

 private:
  void widen();

  std::int64_t unknowns_;
  std::int64_t most_;  // dimensions of a subspace
  bool may_be_whole_;
  bool hybrid_;
  bool guided_ = true;
  std::int64_t dimensions_ = 0;
  std::int64_t in_window_ = 0;
  double window_cost_ = 0;
};

}  // namespace croquis
