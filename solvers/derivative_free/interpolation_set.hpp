// The points that a model of the residuals interpolates, and how well they serve.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <croquis/solvers/derivative_free_least_squares.hpp>

#include "solvers/derivative_free/orthogonal_basis.hpp"
#include "solvers/derivative_free/scaled_unknowns.hpp"

namespace croquis {

/// The directions from the best point of a set, its first, to each of the others, in scaled unknowns: D = Q R.
struct Directions {
  OrthogonalBasis basis;              ///< Q and R
  Matrix<double> inverse;             ///< R^-1
  std::vector<double> distance;       ///< ||d_t||
  std::vector<double> gradient_size;  ///< the gradients' norms of the Lagrange polynomials: of the rows of R^-1

  std::int64_t size() const { return basis.size(); }
  double largest_distance() const;
  /// The sine of the smallest angle between a direction and the span of the others.
  double least_sine() const;
};

/// The directions of a set. Points whose direction lies in the span of those before it leave the set.
Directions directions_of(std::vector<InterpolationPoint>& points, const ScaledUnknowns& unknowns);

/// Adds `trial` to a set whose directions are given, and moves the best to the front. If the set has `most` directions
/// already, a point leaves: the one whose Lagrange polynomial is largest at the trial point, times
/// max(1, (distance / spacing)^4); or the trial point itself does not join, if its own factor is larger than all that.
void insert_point(std::vector<InterpolationPoint>& points, InterpolationPoint trial, const Directions& directions,
                  const ScaledUnknowns& unknowns, std::int64_t most, double spacing);

/// Takes `count` points out of a set, or all but the best if that is fewer: those whose Lagrange polynomials can become
/// largest within `spacing` of the best point, times max(1, (distance / spacing)^4).
void drop_points(std::vector<InterpolationPoint>& points, const Directions& directions, std::int64_t count,
                 double spacing);

/// Moves the best point of a set to its front.
void best_to_front(std::vector<InterpolationPoint>& points);

}  // namespace croquis
