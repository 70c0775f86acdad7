// Minimisers of a diagonal quadratic model whose length is bounded or penalised.
#pragma once

#include <span>
#include <vector>

namespace croquis {

/// z = -(diag(l) + mu)^-1 c, in the hard case with a multiple of the first unit vector besides.
struct SecularStep {
  std::vector<double> z;
  double mu = 0;
  double norm = 0;       ///< ||z||
  double predicted = 0;  ///< -(c^T z + 1/2 z^T diag(l) z), computed without cancellation: never negative
};

/// The minimiser of c^T z + 1/2 z^T diag(l) z with ||z|| <= radius, for ascending l. More and Sorensen, SIAM J. Sci.
/// Stat. Comput. 4 (1983): mu >= max(0, -l_1), and mu = 0 or ||z|| = radius. The equation is solved to rounding errors
/// in terms of mu - max(0, -l_1), so nearly hard cases lose nothing.
SecularStep within_radius(std::span<const double> l, std::span<const double> c, double radius);

/// The minimiser of c^T z + 1/2 z^T diag(l) z + sigma / 3 ||z||^3, sigma > 0: mu >= max(0, -l_1) and mu = sigma ||z||.
/// The same way.
SecularStep with_cubic(std::span<const double> l, std::span<const double> c, double sigma);

}  // namespace croquis
