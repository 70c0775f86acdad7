#include "linalg/number_text.hpp"

#include <charconv>

namespace croquis {

std::string number_text(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

}  // namespace croquis
