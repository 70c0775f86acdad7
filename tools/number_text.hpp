// Numbers as text.
#pragma once

#include <string>

namespace croquis::tools {

/// By a printf format for one double.
std::string formatted(const char* format, double value);
/// The fewest digits that read back to the same double; "nan" and "inf".
std::string all_digits(double value);

}  // namespace croquis::tools
