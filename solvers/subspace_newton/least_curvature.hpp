// The smallest eigenvalue of a Hessian, with an error that means something.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <croquis/solvers/objective.hpp>

namespace croquis {

struct LeastCurvature {
  double smallest = 0;                 ///< d^T H d: an upper bound of the smallest eigenvalue
  double largest = 0;                  ///< the largest magnitude of an eigenvalue that was seen
  double error = 0;                    ///< by how much more the smallest eigenvalue may lie below
  std::vector<double> direction = {};  ///< d, of norm one, where `negative`
  bool negative = false;               ///< that it is negative is beyond doubt, and worth following
  std::int64_t products = 0;
  bool finite = true;  ///< false where H holds a NaN or an infinity; then the rest means nothing
};

/// Of H(x), n >= 1. Up to 300 unknowns by all of H; the error is then of rounding and of the asymmetry of the products.
/// Otherwise by Lanczos' iteration from a random start, until `smallest` is below -tolerance / 4 times `largest`, or
/// the error at most 3/4 of that tolerance with probability 0.999 over the start (Kuczynski and Wozniakowski, SIAM J.
/// Matrix Anal. Appl. 13 (1992), theorem 4.2), or some 4000 products have not told.
///
/// Cost: n products in one block, or up to (7 + log(n) / 2) / sqrt(tolerance) one by one, and as many again as have
/// shown a negative curvature, to make its direction. Memory: n^2, or a few times n.
LeastCurvature least_curvature(const Objective& objective, std::span<const double> x, double tolerance,
                               std::uint64_t seed);

}  // namespace croquis
