#include "solvers/row_weights.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <croquis/errors.hpp>

#include "solvers/conclude.hpp"

namespace croquis {

template <class T>
RowWeights<T>::RowWeights(std::span<const double> weights, std::int64_t rows) {
  if (static_cast<std::int64_t>(weights.size()) != rows)
    throw InvalidOption("weights has " + std::to_string(weights.size()) + " entries but A has " + std::to_string(rows) +
                        " rows: one is needed for each");
  double largest = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!(weights[i] >= 0 && std::isfinite(weights[i])))
      throw InvalidOption("weights[" + std::to_string(i) + "] is " + scientific(weights[i]) +
                          " but must be finite and not negative");
    largest = std::max(largest, weights[i]);
  }
  if (largest > 0) std::frexp(std::sqrt(largest), &exponent);
  factor.reserve(weights.size());
  for (const double weight : weights) factor.push_back(static_cast<T>(std::ldexp(std::sqrt(weight), -exponent)));
}

template struct RowWeights<float>;
template struct RowWeights<double>;

}  // namespace croquis
