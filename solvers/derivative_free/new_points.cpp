#include "solvers/derivative_free/new_points.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/blas.hpp"
#include "sketch/normals.hpp"

namespace croquis {
namespace {

// A direction that bounds leave less than this part of is replaced by an unknown's own.
constexpr double least_room = 0.25;
// One of which less than this part is new is none; nor is one that is shorter than this, all rounding errors.
constexpr double least_new_part = 1e-6;
constexpr double shortest = 1e-13;

double norm_of(const std::vector<double>& v) { return norm2(static_cast<std::int64_t>(v.size()), v.data()); }

// A point, and how far it is from the span of the directions so far.
struct Candidate {
  std::vector<double> x;
  std::vector<double> step;
  double novelty = -1;
};

Candidate candidate_along(const std::vector<double>& base, const OrthogonalBasis& basis, const ScaledUnknowns& unknowns,
                          std::vector<double> step) {
  bool clipped = false;
  Candidate result;
  result.x = unknowns.move(base, step, clipped);
  result.step = clipped ? unknowns.step_to(base, result.x) : std::move(step);
  std::vector<double> coefficients;
  result.novelty = norm_of(basis.remainder(result.step, coefficients));
  return result;
}

// The side of a direction with more room; the given one where both have about as much.
Candidate better_side(const std::vector<double>& base, const OrthogonalBasis& basis, const ScaledUnknowns& unknowns,
                      const std::vector<double>& step) {
  Candidate ahead = candidate_along(base, basis, unknowns, step);
  const double whole = norm_of(step);
  if (ahead.novelty > 0.9 * whole) return ahead;
  std::vector<double> opposite = step;
  for (double& entry : opposite) entry = -entry;
  Candidate behind = candidate_along(base, basis, unknowns, std::move(opposite));
  return behind.novelty > 1.1 * ahead.novelty ? behind : ahead;
}

}  // namespace

std::vector<InterpolationPoint> points_around(const std::vector<double>& base, const OrthogonalBasis& basis,
                                              const ScaledUnknowns& unknowns, const std::vector<double>& gradient,
                                              double spacing, std::int64_t count, bool along_axes, std::uint64_t seed,
                                              std::int64_t first_draw) {
  const std::int64_t n = unknowns.size();
  OrthogonalBasis spanned = basis;
  std::vector<InterpolationPoint> result;
  Matrix<double> normals(n, 1);
  for (std::int64_t k = 0; k < count; ++k) {
    std::vector<double> step(static_cast<std::size_t>(n));
    if (along_axes) {
      step[static_cast<std::size_t>(k)] = 1;
    } else {
      fill_normals(seed, 1, 0, first_draw + k, normals.view());
      std::vector<double> coefficients;
      step = spanned.remainder(normals.entries(), coefficients);
    }
    double slope = 0;
    for (std::size_t j = 0; j < gradient.size(); ++j) slope += gradient[j] * step[j];
    const double length = (slope > 0 ? -spacing : spacing) / norm_of(step);
    for (double& entry : step) entry *= length;
    Candidate best = better_side(base, spanned, unknowns, step);
    if (best.novelty < least_room * spacing) {
      for (std::int64_t j = 0; j < n; ++j) {
        std::fill(step.begin(), step.end(), 0.0);
        step[static_cast<std::size_t>(j)] = spacing;
        Candidate other = better_side(base, spanned, unknowns, step);
        if (other.novelty > best.novelty) best = std::move(other);
      }
    }
    if (!(best.novelty > shortest) || !spanned.append(best.step, least_new_part)) continue;
    result.push_back({.x = std::move(best.x)});
  }
  return result;
}

}  // namespace croquis
