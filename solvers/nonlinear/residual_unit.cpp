#include "solvers/nonlinear/residual_unit.hpp"

#include <algorithm>
#include <cmath>

namespace croquis {
namespace {

// Norms between these are taken as they are.
constexpr double least = 1e-20;
constexpr double largest = 1e20;
constexpr int most_exponent = 1000;

}  // namespace

ResidualUnit::ResidualUnit(double norm) {
  if (norm == 0 || !std::isfinite(norm) || (norm >= least && norm <= largest)) return;
  const int exponent = std::ilogb(norm > largest ? largest : 1.0) - std::ilogb(norm);
  scale_ = std::ldexp(1.0, std::min(exponent, most_exponent));
}

double ResidualUnit::of_parameter(NonlinearGlobalization kind, bool is_subspace) const {
  switch (kind) {
    case NonlinearGlobalization::trust_region:
      return is_subspace ? 1 : scale_;
    case NonlinearGlobalization::quadratic_regularization:
      return is_subspace ? scale_ * scale_ : 1;
    case NonlinearGlobalization::cubic_regularization:
      break;
  }
  return is_subspace ? scale_ * scale_ : 1 / scale_;
}

}  // namespace croquis
