// A random subspace through a point of a box.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <croquis/linalg/matrix.hpp>

namespace croquis {

/// y -> P(p + W A y): A an n x d matrix of independent standard normals, W the half widths of the box, P the projection
/// onto it. The box must outlive it.
class Embedding {
 public:
  Embedding(std::span<const double> lower, std::span<const double> upper, std::vector<double> centre,
            std::int64_t dimensions, std::uint64_t seed);

  std::int64_t dimensions() const { return directions_.cols(); }
  /// x := P(p + W A y).
  void point(std::span<const double> y, std::span<double> x) const;
  /// The derivatives of x by y, n x d: W A, but for rows of unknowns that the projection holds at a bound, which are
  /// zero.
  Matrix<double> slope(std::span<const double> y) const;
  /// slope(y)^T g.
  std::vector<double> pull_back(std::span<const double> y, std::span<const double> gradient) const;

 private:
  std::vector<double> unprojected(std::span<const double> y) const;
  bool is_held(std::size_t j, double x) const { return x < lower_[j] || x > upper_[j]; }

  std::span<const double> lower_;
  std::span<const double> upper_;
  std::vector<double> centre_;
  Matrix<double> directions_;  // W A
};

/// Point `index` of a sequence of random ones of the box, uniform.
std::vector<double> random_point(std::span<const double> lower, std::span<const double> upper, std::uint64_t seed,
                                 std::int64_t index);

/// Where a local solve starts in an embedding of d dimensions: 0 at start 0; else a normal y of variance u^2 / d, with
/// u uniform in (0, 1), so that W A y spreads over boxes of all sizes up to the whole.
std::vector<double> starting_point(std::int64_t dimensions, std::uint64_t seed, std::int64_t start);

}  // namespace croquis
