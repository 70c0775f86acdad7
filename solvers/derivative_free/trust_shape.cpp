#include "solvers/derivative_free/trust_shape.hpp"

#include <algorithm>

namespace croquis {
namespace {

// Unknowns that residuals hardly depend on may move so many times as far as the others: 1 over this.
constexpr double least_scale = 0.1;

}  // namespace

void TrustShape::learn(const std::vector<double>& norms, const std::vector<std::int64_t>& columns,
                       std::int64_t unknowns) {
  if (!learns_ || norms.empty()) return;
  if (state_.column_unit == 0) state_.column_unit = *std::max_element(norms.begin(), norms.end());
  state_.column_norms.resize(static_cast<std::size_t>(unknowns));
  for (std::size_t k = 0; k < columns.size(); ++k) {
    double& known = state_.column_norms[static_cast<std::size_t>(columns[k])];
    known = std::max(known, norms[k]);
  }
}

std::vector<double> TrustShape::scale(const std::vector<std::int64_t>& columns) const {
  std::vector<double> result(columns.size(), 1.0);
  if (state_.column_unit == 0) return result;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const double norm = state_.column_norms[static_cast<std::size_t>(columns[k])];
    if (norm > 0) result[k] = std::max(least_scale, norm / state_.column_unit);
  }
  return result;
}

}  // namespace croquis
