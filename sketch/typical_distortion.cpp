#include <algorithm>
#include <cmath>
#include <string>

#include <croquis/errors.hpp>
#include <croquis/sketch/distortion.hpp>

#include "sketch/check_sketch.hpp"

namespace croquis {
namespace {

struct Edges {
  double smallest;
  double largest;
};

Edges of_independent_entries(double n, double d) {
  const double ratio = std::sqrt(n / d);
  return {1 - ratio, 1 + ratio};
}

Edges of_sampled_rows(double n, double d, double order) {
  if (d == order) return {1, 1};
  const double a = n / order;
  const double b = d / order;
  const double middle = std::sqrt(b * (1 - a));
  const double spread = std::sqrt(a * (1 - b));
  const double root = std::sqrt(b);
  return {std::abs(middle - spread) / root, (a + b > 1 ? 1 : middle + spread) / root};
}

Edges edges_of(const AnySketch& s, double n) {
  const double d = static_cast<double>(s.rows());
  switch (s.family()) {
    case SketchFamily::srht:
    case SketchFamily::srtt:
    case SketchFamily::row_sampling:
      return of_sampled_rows(n, d, static_cast<double>(most_sketch_rows(s.family(), s.cols())));
    default:
      return of_independent_entries(n, d);
  }
}

}  // namespace

Distortion typical_distortion(const AnySketch& s, std::int64_t subspace_dimension) {
  check_sketch(s);
  if (subspace_dimension < 0 || subspace_dimension > s.cols())
    throw InvalidOption("subspace_dimension = " + std::to_string(subspace_dimension) + " is outside [0, " +
                        std::to_string(s.cols()) + "], the columns of S");
  if (subspace_dimension == 0) return {.smallest = 1, .largest = 1, .distortion = 0};
  const Edges edges = edges_of(s, static_cast<double>(subspace_dimension));
  const double smallest = s.rows() < subspace_dimension ? 0 : std::max(0.0, edges.smallest);
  return {.smallest = smallest, .largest = edges.largest, .distortion = std::max(1 - smallest, edges.largest - 1)};
}

}  // namespace croquis
