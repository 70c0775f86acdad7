// Numbers as text.
#pragma once

#include <string>

namespace croquis::tools {

/// By a printf format for one double.
std::string formatted(const char* format, double value);
/// The same, and "NA" for NaN.
std::string or_not_available(const char* format, double value);
/// A probability to three digits: those below the roundoff say no more than that they are.
std::string probability_text(double p);
/// The fewest digits that read back to the same double; "nan" and "inf".
std::string all_digits(double value);

}  // namespace croquis::tools
