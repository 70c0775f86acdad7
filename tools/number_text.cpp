#include "tools/number_text.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>

namespace croquis::tools {

std::string formatted(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string or_not_available(const char* format, double value) {
  return std::isnan(value) ? "NA" : formatted(format, value);
}

std::string probability_text(double p) {
  if (p < std::numeric_limits<double>::epsilon()) return "<2e-16";
  return or_not_available("%.3g", p);
}

std::string all_digits(double value) {
  if (std::isnan(value)) return "nan";  // whatever its sign
  char text[40];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

}  // namespace croquis::tools
