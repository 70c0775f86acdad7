// Which of several step lengths a difference quotient is taken from.
#pragma once

#include <span>

namespace croquis {

/// What a difference of a residual tells.
enum class Evidence : char {
  none,   ///< not finite, or no more than the residual's own rounding
  weak,   ///< more than that
  strong  ///< more than what rounding would make of the residual's terms, were they as large as the residual once was
};

/// A difference quotient of one residual.
struct Quotient {
  double step = 0;  ///< > 0
  double value = 0;
  double error = 0;  ///< of an extrapolated one; else that of rounding alone
  Evidence evidence = Evidence::none;
};

/// The quotient to take of some for ascending steps whose errors are that of rounding, over the step, and something
/// times step^order: one of the two neighbours that differ least, relatively. Both errors show in that difference: the
/// longer step is taken, unless rounding cannot explain it or what the next longer one says of truncation does. Where
/// no neighbours agree, the shortest step with strong evidence is. Quotients without evidence are left out; where there
/// are no others, the longest step that is finite says most.
double chosen_quotient(std::span<const Quotient> quotients, int order);

/// Of extrapolated quotients, that with the least relative error; those without evidence as above.
double chosen_extrapolation(std::span<const Quotient> quotients);

}  // namespace croquis
