#include "solvers/newton/rounding_noise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "solvers/newton/preconditioned_conjugate_gradients.hpp"

namespace croquis {

RoundingNoise rounding_noise(NewtonProblem& problem, const Preconditioner* preconditioner, const std::vector<double>& x,
                             double value, const std::vector<double>& gradient, std::uint64_t seed) {
  std::mt19937_64 bits(seed);
  RoundingNoise noise;
  std::vector<double> near(x.size()), difference(x.size()), z(x.size());
  for (std::int64_t sample = 0; sample < noise_samples; ++sample) {
    for (std::size_t i = 0; i < x.size(); ++i)
      near[i] = x[i] * (1 + ((bits() >> 32) % 2 == 0 ? 1 : -1) * std::numeric_limits<double>::epsilon());
    const double other = problem.evaluate(near.data(), difference.data());
    for (std::size_t i = 0; i < x.size(); ++i) difference[i] -= gradient[i];
    if (preconditioner != nullptr) {
      preconditioner->solve(difference.data(), z.data());
    } else {
      z = difference;
    }
    const double size = two_norm(difference);
    if (!std::isfinite(other) || !std::isfinite(size)) continue;
    noise.value = std::max(noise.value, std::abs(other - value));
    noise.gradient_norm = std::max(noise.gradient_norm, size);
    noise.preconditioned = std::max(noise.preconditioned, inner_product(difference, z));
  }
  return noise;
}

}  // namespace croquis
