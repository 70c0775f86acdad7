// Which Ritz values come first.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/solvers/eigenpairs.hpp>

namespace croquis {

/// How far a value lies towards the wanted end: larger is better.
double merit(double value, SpectrumEnd which);

/// The indices of `values`, the best first; of equals the first.
std::vector<std::int64_t> best_first(const std::vector<double>& values, SpectrumEnd which);

}  // namespace croquis
