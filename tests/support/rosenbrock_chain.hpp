// A chain of Rosenbrock's valleys.
#pragma once

#include <span>

namespace croquis::test {

/// sum_i 100 (x_(i+1) - x_i^2)^2 + (1 - x_i)^2, and its gradient: minimum 0 at ones.
double rosenbrock_chain(std::span<const double> x, std::span<double> g);

}  // namespace croquis::test
