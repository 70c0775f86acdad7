#include "solvers/derivative_free/interpolation_set.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "linalg/blas.hpp"

namespace croquis {
namespace {

// A direction of which less than this is new tells of nothing but rounding errors.
constexpr double least_new_part = 1e-7;

double norm_of(const std::vector<double>& v) { return norm2(static_cast<std::int64_t>(v.size()), v.data()); }

// max(1, (distance / spacing)^4)
double remoteness(double distance, double spacing) { return std::pow(std::max(1.0, distance / spacing), 4); }

}  // namespace

double Directions::largest_distance() const {
  return distance.empty() ? 0 : *std::max_element(distance.begin(), distance.end());
}

double Directions::least_sine() const {
  double least = 1;
  for (std::size_t t = 0; t < distance.size(); ++t) least = std::min(least, 1 / (gradient_size[t] * distance[t]));
  return least;
}

Directions directions_of(std::vector<InterpolationPoint>& points, const ScaledUnknowns& unknowns) {
  Directions result{OrthogonalBasis(unknowns.size()), {}, {}, {}};
  for (std::size_t t = 1; t < points.size();) {
    const std::vector<double> d = unknowns.step_to(points.front().x, points[t].x);
    if (result.basis.append(d, least_new_part)) {
      result.distance.push_back(norm_of(d));
      ++t;
    } else {
      points.erase(points.begin() + static_cast<std::ptrdiff_t>(t));
    }
  }
  const std::int64_t k = result.size();
  result.inverse = Matrix<double>(k, k);
  for (std::int64_t t = 0; t < k; ++t) result.inverse(t, t) = 1;
  const Matrix<double> triangle = result.basis.triangle();
  solve_triangular<double>(Side::left, Transpose::no, triangle.view(), result.inverse.view());
  for (std::int64_t t = 0; t < k; ++t) result.gradient_size.push_back(norm2(k, &result.inverse(t, 0), k));
  return result;
}

void insert_point(std::vector<InterpolationPoint>& points, InterpolationPoint trial, const Directions& directions,
                  const ScaledUnknowns& unknowns, std::int64_t most, double spacing) {
  const bool is_better = trial.cost < points.front().cost;
  if (directions.size() >= most) {
    std::vector<double> values = directions.basis.coordinates(unknowns.step_to(points.front().x, trial.x));
    multiply_triangular<double>(Transpose::no, directions.inverse.view(), values.data());
    const double of_best = 1 - std::accumulate(values.begin(), values.end(), 0.0);
    values.insert(values.begin(), is_better ? of_best : 0);
    const std::vector<double>& center = is_better ? trial.x : points.front().x;
    double worst = -1;
    std::size_t leaving = 1;
    for (std::size_t t = is_better ? 0 : 1; t < points.size(); ++t) {
      const double distance = norm_of(unknowns.step_to(center, points[t].x));
      const double weight = std::abs(values[t]) * remoteness(distance, spacing);
      if (!(weight > worst)) continue;
      worst = weight;
      leaving = t;
    }
    if (!is_better && worst < remoteness(norm_of(unknowns.step_to(center, trial.x)), spacing)) return;
    points.erase(points.begin() + static_cast<std::ptrdiff_t>(leaving));
  }
  points.push_back(std::move(trial));
  if (is_better) std::swap(points.front(), points.back());
}

void drop_points(std::vector<InterpolationPoint>& points, const Directions& directions, std::int64_t count,
                 double spacing) {
  const auto weight = [&](std::size_t t) {
    return directions.gradient_size[t] * spacing * remoteness(directions.distance[t], spacing);
  };
  std::vector<std::size_t> order(directions.distance.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return weight(a) > weight(b); });
  order.resize(std::min(order.size(), static_cast<std::size_t>(count)));
  std::sort(order.rbegin(), order.rend());
  for (const std::size_t t : order) points.erase(points.begin() + static_cast<std::ptrdiff_t>(t) + 1);
}

void best_to_front(std::vector<InterpolationPoint>& points) {
  const auto best =
      std::min_element(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.cost < b.cost; });
  std::swap(points.front(), *best);
}

}  // namespace croquis
