#include "tests/support/rosenbrock_chain.hpp"

#include <cstddef>

namespace croquis::test {

double rosenbrock_chain(std::span<const double> x, std::span<double> g) {
  double f = 0;
  for (double& entry : g) entry = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double bend = x[i + 1] - x[i] * x[i], rest = 1 - x[i];
    f += 100 * bend * bend + rest * rest;
    g[i] += -400 * x[i] * bend - 2 * rest;
    g[i + 1] += 200 * bend;
  }
  return f;
}

}  // namespace croquis::test
