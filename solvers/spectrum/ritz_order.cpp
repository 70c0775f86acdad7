#include "solvers/spectrum/ritz_order.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace croquis {

std::string to_string(SpectrumEnd end) {
  switch (end) {
    case SpectrumEnd::largest:
      return "largest";
    case SpectrumEnd::smallest:
      return "smallest";
    case SpectrumEnd::largest_magnitude:
      return "largest-magnitude";
  }
  assert(false && "an end of the spectrum without a name");
  return {};
}

double merit(double value, SpectrumEnd which) {
  if (which == SpectrumEnd::largest_magnitude) return std::abs(value);
  return which == SpectrumEnd::largest ? value : -value;
}

std::vector<std::int64_t> best_first(const std::vector<double>& values, SpectrumEnd which) {
  std::vector<std::int64_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t i, std::int64_t j) {
    return merit(values[static_cast<std::size_t>(i)], which) > merit(values[static_cast<std::size_t>(j)], which);
  });
  return order;
}

}  // namespace croquis
