#include "tools/number_text.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace croquis::tools {

std::string formatted(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string all_digits(double value) {
  if (std::isnan(value)) return "nan";  // whatever its sign
  char text[40];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

}  // namespace croquis::tools
