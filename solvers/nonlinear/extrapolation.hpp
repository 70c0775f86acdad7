// Derivatives from difference quotients of several step lengths.
#pragma once

#include <array>

namespace croquis {

/// How many steps an extrapolated difference takes, and by what factor each is shorter than the one before. Their range
/// is that of the scales on which residuals may vary, in terms of the size of an unknown: where all steps are long
/// beside that scale, they may agree on something that is no derivative.
inline constexpr int extrapolation_levels = 6;
inline constexpr double extrapolation_ratio = 4;

struct Extrapolation {
  double value = 0;
  double error = 0;  ///< as far as neighbours tell: from the neighbour in the scheme that it differs more from
};

/// The derivative that difference quotients of steps h, h / 4, h / 16, ... tend to.
///
/// Neville's scheme in h^2 for quotients that are central, in h otherwise. Of its entries that one is taken which
/// differs least from its two neighbours of one order less: long steps suffer from higher derivatives, short ones from
/// rounding errors, and every function from either at another length. Quotients before the last that is not finite are
/// left out. Source: Ridders, Advances in Engineering Software 4, 1982.
Extrapolation extrapolated(const std::array<double, extrapolation_levels>& quotients, bool central);

}  // namespace croquis
