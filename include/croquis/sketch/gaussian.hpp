// The Gaussian sketch.
#pragma once

#include <cstdint>

#include <croquis/sketch/sketch_operator.hpp>

namespace croquis {

/// Independent normal entries of variance 1 / rows: S(i, j) ~ N(0, 1 / d).
///
/// The best embedding for its size (distortion about sqrt(n / d) for a subspace of dimension n) and the most
/// expensive: 2 d m n flops for an m x n matrix, plus d m normals. Works for every matrix, however coherent.
/// Source: Martinsson and Tropp, Randomized numerical linear algebra, arXiv 2002.01387, section 8.
struct Gaussian {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::uint64_t seed = 0;
  bool operator==(const Gaussian&) const = default;
};

static_assert(SketchOperator<Gaussian>);

}  // namespace croquis
