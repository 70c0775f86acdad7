// Options of the form NAME=NUMBER and NAME=LOW:HIGH.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace croquis::tools {

struct NamedNumber {
  std::string name;
  double value = 0;
};

struct NamedBounds {
  std::string name;
  double lower = 0;
  double upper = 0;
};

/// Each word a NAME=NUMBER, the number finite. Throws `InvalidOption` naming `option` if one is not, or if a name is
/// given twice.
std::vector<NamedNumber> named_numbers(const char* option, const std::vector<std::string>& words);

/// Each word a NAME=LOW:HIGH, either end left out (or "inf") where there is no bound. Throws as above, and if LOW is
/// above HIGH.
std::vector<NamedBounds> named_bounds(const char* option, const std::vector<std::string>& words);

/// The number that all of `text` is, "inf" and "nan" included. Throws `InvalidOption` saying that `option` needs
/// `what` instead.
double number_in(const std::string& text, const char* option, const std::string& what);

}  // namespace croquis::tools
