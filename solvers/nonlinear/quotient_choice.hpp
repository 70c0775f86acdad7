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
  double rounding = 0;  ///< a roundoff of the residual, or of what it once was, over the step
  double error = 0;     ///< of an extrapolated one
  Evidence evidence = Evidence::none;
};

/// The quotient to take of some for ascending steps whose errors are that of rounding, over the step, and something
/// times step^order: one of the two neighbours that differ least, relatively. Both errors show in that difference: the
/// longer step is taken, unless rounding cannot explain it or what the next longer one says of truncation does. Long
/// steps may agree on something else, as on the slope of what oscillates within them: once two agree, longer ones have
/// to agree with these. Where no neighbours agree, the shortest step with strong evidence is taken. Quotients without
/// evidence are left out, unless one of them is for a shorter step that would have shown the quotient taken: then that
/// is no derivative, and the longest such one is. Where there is no evidence at all, the longest step that is finite
/// says most.
///
/// `is_lengthened`: the shortest step is the one first meant, and was left for its rounding errors. If these explain no
/// difference from the next longer one, it was right.
double chosen_quotient(std::span<const Quotient> quotients, int order, bool is_lengthened);

/// Of extrapolated quotients, that with the least relative error; those without evidence as above.
double chosen_extrapolation(std::span<const Quotient> quotients);

}  // namespace croquis
