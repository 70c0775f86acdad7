// The directions of one random subspace after another.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <utility>
#include <vector>

#include <croquis/solvers/nonlinear_least_squares.hpp>

#include "solvers/nonlinear/jacobian_source.hpp"
#include "solvers/nonlinear/linearization.hpp"

namespace croquis {

/// The units that subspaces start with: `typical_x`; else, where entries of x0 that are not zero lie further apart than
/// 1e4 in size, |x0_j|, and 1 for those that are; else none, which is all one.
std::vector<double> units_of_subspaces(const NonlinearProblem& problem, std::span<const double> x0);

/// Draws the directions V (n x p) of subspaces, and J V with them. Some span a Krylov space of the gradient, some are
/// steps taken before, and the others are random, as the options ask for them.
///
/// Unknowns are measured in units t_j > 0: a random direction is diag(t) times one of `draw_directions`, and the others
/// have norm one in these units. A step that all but depends on the Krylov space and on later steps is left out.
class SubspaceDirections {
 public:
  /// All three must outlive it.
  SubspaceDirections(const NonlinearProblem& problem, const NonlinearOptions& options, JacobianSource& source)
      : problem_(problem), options_(options), source_(source) {}

  /// The next subspace, of p dimensions, at a point where the source is: p columns of J, and another for each direction
  /// of the Krylov space; or what products cost that J is made whole or by rows for.
  ///
  /// `guided`: without random directions, if the options leave the Krylov space to this class and J^T is cheap. Then,
  /// and where a Krylov space ends early, there are fewer dimensions.
  void draw(const ResidualPoint& point, std::int64_t dimensions, bool guided);
  /// `count` more random directions.
  void extend(std::int64_t count);

  const Matrix<double>& directions() const { return directions_; }
  const Matrix<double>& products() const { return products_; }  ///< J V, m x p

  /// After a step taken.
  void remember(std::span<const double> step);

  /// A direction that the next subspace is to hold, whatever it recalls.
  void include(std::vector<double> direction) {
    steps_.push_front(std::move(direction));
    is_asked_for_ = true;
  }

  /// Empty: all one.
  const std::vector<double>& units() const { return units_; }
  void measure_in(std::vector<double> units) { units_ = std::move(units); }

 private:
  std::int64_t krylov_of(std::int64_t dimensions, bool guided) const;
  std::int64_t recalled_of(std::int64_t dimensions, bool guided) const;
  Matrix<double> draw_random(std::int64_t count);
  // Both append to an orthonormal basis and to the directions, and return how many.
  std::int64_t make_krylov(const ResidualPoint& point, std::int64_t wanted, Matrix<double>& basis);
  std::int64_t recall(std::int64_t wanted, std::int64_t first, Matrix<double>& basis);

  const NonlinearProblem& problem_;
  const NonlinearOptions& options_;
  JacobianSource& source_;
  std::vector<double> units_;
  std::uint64_t subspaces_ = 0;  // drawn so far
  std::uint64_t seed_ = 0;       // of this one
  std::int64_t drawn_ = 0;       // random directions in it
  std::int64_t recalled_ = 0;    // steps that it could hold
  Matrix<double> directions_, products_;
  std::deque<std::vector<double>> steps_;  // taken before, the last first
  bool is_asked_for_ = false;              // the first of them
};

}  // namespace croquis
