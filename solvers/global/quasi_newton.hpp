// Local minimisation of a function of few unknowns.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace croquis {

/// Minimises f from y0 by the BFGS method with steps that are halved until f falls enough (Armijo's rule), until
/// nothing falls any more or the iterations are used up. The caller sees what was found by the points that are
/// evaluated. `gradient` is only asked for where f is finite. Cost: O(d^2) for each iteration. Source: Nocedal and
/// Wright, Numerical Optimization, 2006, algorithm 6.1.
void quasi_newton(const std::function<double(std::span<const double> y)>& value,
                  const std::function<std::vector<double>(std::span<const double> y)>& gradient, std::vector<double> y0,
                  std::int64_t iteration_limit);

}  // namespace croquis
