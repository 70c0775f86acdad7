// Whether a Krylov space of random vectors would have shown an eigenvalue.
#pragma once

#include <cstdint>

namespace croquis {

/// A Krylov space from `block` random vectors of n entries after multiplying `steps` times by a symmetric operator.
struct RandomKrylovSpace {
  std::int64_t n = 0;
  std::int64_t block = 0;
  std::int64_t steps = 0;
};

/// A bound on the probability, at most 1, that an operator whose least eigenvalue is `bottom` has an eigenvalue of at
/// least `threshold` although the largest Ritz value of the space is only `top`.
///
/// Some vector of the block has a component of at least c = sqrt(pi / (2 n)) p^(1 / block) along the eigenvector, but
/// for a probability of p, since each one's is less than t sqrt(pi / (2 n)) with probability t at most. The Rayleigh
/// quotient of q(A) v, q the Chebyshev polynomial of degree steps - 1 over [bottom, top], then exceeds `top` if c^2
/// q(threshold)^2 (threshold - top) > top - bottom, and the largest Ritz value is no smaller.
double missed_probability(double threshold, double top, double bottom, const RandomKrylovSpace& space);

}  // namespace croquis
